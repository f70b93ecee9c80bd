"""Where does one answer of Tango contradict another?  Orders and lines that a person has to ask Tango about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from campaign_runner.ledger import doubtful_orders, failed_lines, row_status
from campaign_runner.ledger.failed_lines import Revived
from campaign_runner.model import Finding
from campaign_runner.model.lifecycle import LOST, RowStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAMED = 5
RELEASE_FIRST = (
    "If it is also intended, release the row with `campaign-runner release`, then call `campaign-runner retry`."
)

# kind: (which orders, the sentence with {orders}, {lines} and {which}, whether it is explained)
_ORDERS = {
    "fewer lines": (
        doubtful_orders.shown_with_less,
        "Tango now shows {lines} fewer than before in {orders}: {which}. The missing lines count as unknown, not as "
        "failed, until Tango shows them again: compare with the Tango portal, or run `campaign-runner track` later.",
        False,
    ),
    "order not known": (
        doubtful_orders.not_known,
        "Tango accepted {orders} with {lines}, and now reports repeatedly that it does not know them: {which}. "
        "Nothing is sent again. Ask Tango about it, with this reference.",
        False,
    ),
    "unreadable charge": (
        doubtful_orders.unreadable,
        "Tango states amounts that cannot be read for {lines} in {orders}: {which}. They count as not stated: compare "
        "the charges with the Tango portal.",
        False,
    ),
    "sent again late": (
        doubtful_orders.sent_late,
        "{orders} with {lines} went to Tango again, more than 90 days after the first time, because Tango did not know it: "
        "{which}. Check in the Tango portal that it is there once.",
        True,
    ),
}


def orders(connection: Connection, campaign_key: int) -> Iterator[Finding]:
    """Orders that Tango shows with less than before, does not know any more, or was sent very late."""
    for kind, (question, sentence, explained) in _ORDERS.items():
        if doubtful := question(connection, campaign_key):
            named = ", ".join(reference for reference, _ in doubtful[:NAMED])
            more = f" and {len(doubtful) - NAMED:,} more" if len(doubtful) > NAMED else ""
            words = {"orders": _count(len(doubtful), "order"), "lines": _count(sum(n for _, n in doubtful), "line")}
            yield Finding(kind, sentence.format(**words, which=named + more), explained=explained)


def not_sent_again(connection: Connection, campaign_key: int) -> Iterator[Finding]:
    """Lines of a retry that were held back, because another campaign sent their recipients the same meanwhile."""
    reasons: dict[str, list[int]] = {}
    for row, reason in row_status.put_aside(connection, campaign_key):
        reasons.setdefault(reason, []).append(row)
    for reason, numbers in reasons.items():
        named = ", ".join(f"row {row}" for row in numbers[:NAMED])
        more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
        what = _count(len(numbers), "line") + " of a retry"
        yield Finding(
            "not sent again", f"{what} left unsent: {named}{more}. {reason} {RELEASE_FIRST}", tuple(numbers)
        )


def two_rewards(connection: Connection, campaign_key: int, upload: int) -> Iterator[Finding]:
    """First attempts that failed, were placed again or sent corrected, and are not failed after all."""
    revived = failed_lines.revived(connection, campaign_key, upload)
    if revived:
        rows = tuple(dict.fromkeys(one.row for one in revived if one.row))
        yield Finding("two rewards", _told(revived), rows, False, _told(revived, named=False))


def _told(revived: Sequence[Revived], *, named: bool = True) -> str:
    twice = [one for one in revived if RowStatus(one.newest or RowStatus.UNKNOWN) not in LOST]
    once = [one for one in revived if one not in twice]
    parts = []
    if twice:
        have = "has two rewards" if len(twice) == 1 else "have two rewards each"
        parts.append(f"{_whose(twice, named)} {have}")
    if once:
        have = "has a reward" if len(once) == 1 else "have a reward"
        parts.append(f"{_whose(once, named)} {have} although the newest attempt failed")
    corrected = "" if all(one.newest for one in revived) else " or sent corrected"
    return (
        f"{'; '.join(parts)}: an attempt that Tango had reported as failed, and that was placed again{corrected}, is not "
        f"failed after all ({', '.join(one.reference for one in revived[:NAMED])}). Both attempts count as charged. "
        f"Contact "
        "the recipients and Tango: these lines are not retried again."
    )


def _whose(revived: Sequence[Revived], named: bool) -> str:
    few = ", ".join(_who(one, named) for one in revived[:NAMED])
    return few + (f" and {len(revived) - NAMED:,} more" if len(revived) > NAMED else "")


def _who(one: Revived, named: bool) -> str:
    where = f"row {one.row}" if one.row else f"{one.reference} of an earlier file"
    return f"{one.name} ({where})" if named and one.name else where[:1].upper() + where[1:]


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
