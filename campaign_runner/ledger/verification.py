"""Is the ledger what its log of events says?  Every table is compared with the events; each difference is a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from campaign_runner.ledger import digests, events, pauses, requests, submission_verification
from campaign_runner.ledger.decision_tables import approvals, plans_shown, releases
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.replay import Expected, WrittenOrder, replay
from campaign_runner.ledger.schema import batches, campaigns, line_items
from campaign_runner.ledger.sent_lines import RowDecision
from campaign_runner.model.errors import StateError

_BOUND = ("environment", "campaign_id", "customer", "account", "endpoint", "created_at")


def differences(connection: Connection) -> Iterator[str]:
    """What is not as the events say, table by table."""
    try:
        expected = replay(events.every(connection))
    except (KeyError, TypeError, ValueError):  # events that were changed so that they say nothing any more
        yield "its events cannot be read any more, so that nothing could be compared with them"
        return
    for what, compare in _COMPARE.items():
        try:
            yield from compare(connection, expected)
        except (DBAPIError, sqlite3.Error, TypeError, ValueError):  # such as bytes where text belongs
            yield f"its {what} cannot be read: it contains data of another kind"


def require_bodies(connection: Connection, campaign_key: int, states: Iterable[str]) -> None:
    """Raises StateError where the bytes of an order in one of these states are not as the log of events says."""
    columns = [batches.c[name] for name in digests.ORDER]
    query = select(*columns).where(batches.c.campaign == campaign_key, batches.c.state.in_([*states]))
    rows = connection.execute(query).all()
    expected = (
        replay(events.of_kinds(connection, campaign_key, digests.WRITTEN, digests.WITHDRAWN)) if rows else Expected()
    )
    for row in rows:
        written = expected.orders.get((campaign_key, row.reference))
        if written is None or written.order != digests.of_order(*row):
            raise StateError(
                f"The order {row.reference} is not as it was recorded: the ledger was changed by hand, so nothing "
                "was sent. `campaign-runner audit verify` shows what differs; restore a backup of the ledger."
            )


def _campaigns(connection: Connection, expected: Expected) -> Iterator[str]:
    columns = [campaigns.c[name] for name in ("id", *_BOUND)]
    here = {row[0]: dict(zip(_BOUND, row[1:], strict=True)) for row in connection.execute(select(*columns))}
    yield from _apart("campaign", here, expected.campaigns)
    for number in here.keys() & expected.campaigns.keys():
        for name in _BOUND:
            if here[number][name] != expected.campaigns[number].get(name):
                yield f"campaign {here[number]['campaign_id']}: its {name} was changed"


def _pauses(connection: Connection, expected: Expected) -> Iterator[str]:
    columns = (
        campaigns.c.id,
        campaigns.c.campaign_id,
        campaigns.c.halted_at,
        campaigns.c.halted_why,
        campaigns.c.send_after,
    )
    for number, name, halted_at, why, send_after in connection.execute(select(*columns)):
        if f"{halted_at} {why}".strip() != expected.halted.get(number, ""):
            yield f"campaign {name}: whether it is halted was changed"
        if pauses.instant(send_after) != expected.scheduled.get(number, ""):
            yield f"campaign {name}: its scheduled time was changed"


def _orders(connection: Connection, expected: Expected) -> Iterator[str]:
    names = _names(connection)
    query = select(batches.c.id, batches.c.campaign, batches.c.reference, batches.c.sent_at, batches.c.tango_order_id)
    rows = connection.execute(query.order_by(batches.c.id)).all()
    facts = {(row.campaign, row.reference): (row.sent_at, row.tango_order_id) for row in rows}
    for campaign, reference in sorted(expected.orders.keys() - facts.keys()):
        yield f"order {reference} of {names(campaign)} is missing"
    for campaign, reference, now in digests.orders(connection, [row.id for row in rows]):
        written = expected.orders.get((campaign, reference))
        if why := _order_differs(now, written):
            yield f"order {reference} of {names(campaign)} {why}"
        elif written:
            yield from _sending_differs(reference, written, *facts[campaign, reference])
    stray = select(line_items.c.reference).where(line_items.c.batch.not_in(select(batches.c.id)))
    for reference in connection.execute(stray).scalars():
        yield f"line {reference} belongs to no order"


def _order_differs(now: list[str], written: WrittenOrder | None) -> str:
    """What of an order is not as written; "" where nothing is."""
    if written is None:
        return "is not in the audit log: it was added by hand"
    state, order, lines, answers = now
    pairs = (("its bytes, name or number of lines", order, written.order), ("its lines", lines, written.lines),
             ("Tango's answers about its lines", answers, written.answers))  # fmt: skip
    wrong = [what for what, one, two in pairs if one != two]
    if state != written.state:
        wrong.append(f"its state ({state}; the events say {written.state})")
    return f"was changed: {', '.join(wrong)}" if wrong else ""


def _sending_differs(reference: str, written: WrittenOrder, sent_at: str, number: str) -> Iterator[str]:
    if written.sent_at is not None and sent_at != written.sent_at:
        yield f"order {reference}: when it was sent was changed ({sent_at}; the events say {written.sent_at})"
    if written.tango_order_id is not None and number != written.tango_order_id:
        yield f"order {reference}: Tango's number for it was changed"


def _files(connection: Connection, expected: Expected) -> Iterator[str]:
    here = {number: rest for number, *rest in digests.files(connection)}
    yield from _apart("file", here, expected.files)
    for number in sorted(here.keys() & expected.files.keys()):
        _, file, rows, stated, erased = here[number]
        if file != expected.files[number][1]:
            yield f"file {number}: its record was changed"
        if rows != expected.files[number][2]:
            yield f"file {number}: its rows that were not sent (rejected, held, known) were changed"
        if not erased and stated != _stored(connection, number):
            yield f"file {number}: the stored copy is not the file that was uploaded"


def _stored(connection: Connection, upload: int) -> str:
    digest = sha256()
    for part in digests.parts_of(connection, upload):
        try:
            digest.update(unpack(part))
        except (OSError, ValueError, OverflowError):
            return "damaged"
    return digest.hexdigest()


def _plans(connection: Connection, expected: Expected) -> Iterator[str]:
    here = {(row.campaign, row.identity): row for row in connection.execute(select(plans_shown))}
    for (_, identity), row in here.items():
        written = expected.plans.get((row.campaign, identity))
        if written is None:
            yield f"plan {identity[:12]} is not in the audit log: it was added by hand"
        elif (row.submitter, row.lines) != written:
            yield f"plan {identity[:12]} was changed"
    for _, identity in expected.plans.keys() - here.keys():
        yield f"plan {identity[:12]} is missing"


def _decisions(connection: Connection, expected: Expected) -> Iterator[str]:
    columns = [approvals.c[name] for name in ("campaign", "identity", "decision", "name", "reason", "at")]
    here = [tuple(row) for row in connection.execute(select(*columns).order_by(approvals.c.id))]
    for row in here:
        if row not in expected.decisions:
            yield f'the decision "{row[2]}" of {row[3]} on plan {row[1][:12]} is not in the audit log'
    for row in expected.decisions:
        if row not in here:
            yield f'the decision "{row[2]}" of {row[3]} on plan {row[1][:12]} is missing'


def _releases(connection: Connection, expected: Expected) -> Iterator[str]:
    columns = [releases.c[name] for name in ("decision", "reason", "at", "changed_line")]
    query = select(releases.c.campaign, releases.c.reference, *columns)
    here = {(row[0], row[1]): RowDecision(*row[2:]) for row in connection.execute(query)}
    for campaign, reference in sorted(here.keys() | expected.releases.keys()):
        one, two = here.get((campaign, reference)), expected.releases.get((campaign, reference))
        if two is None:
            yield f"the decision on {reference} is not in the audit log: it was added by hand"
        elif one != two:
            yield f"the decision on {reference} {'is missing' if one is None else 'was changed'}"


def _requests(connection: Connection, expected: Expected) -> Iterator[str]:
    return requests.differences(connection, expected.requests, expected.erased)


def _apart(what: str, here: Mapping[int, Any], expected: Mapping[int, Any]) -> Iterator[str]:
    for number in sorted(here.keys() - expected.keys()):
        yield f"{what} {number} is not in the audit log: it was added by hand"
    for number in sorted(expected.keys() - here.keys()):
        yield f"{what} {number} is missing"


def _names(connection: Connection) -> Callable[[int], str]:
    known = dict(connection.execute(select(campaigns.c.id, campaigns.c.campaign_id)).all())
    return lambda number: known.get(number, f"campaign {number}")


_COMPARE: dict[str, Callable[[Connection, Expected], Iterator[str]]] = {
    "campaigns": _campaigns, "halts": _pauses, "files": _files, "orders": _orders, "plans": _plans, "decisions": _decisions,
    "releases": _releases, "requests": _requests, "submissions": submission_verification.differences,
    "people": submission_verification.account_differences,
}  # fmt: skip
