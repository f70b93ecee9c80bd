"""What does Tango's answer say of our lines that the ledger does not know yet?  Pure: an answer against what stands.

A line fails by Tango's own word on it. An answer that lacks a line is no such word: what an earlier answer showed, or
the answer to the POST accepted, is unknown until it is shown again. Only where the POST's answer was lost, and no answer
ever showed the line, a final order that counts no more than it shows says that the line was refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from campaign_runner.ledger.batches import Failures, LineState
from campaign_runner.ledger.corrections import Booked, plain
from campaign_runner.model import LineAnswer, Receipt
from campaign_runner.model.lifecycle import FINAL_LINES, LOST, RowStatus
from campaign_runner.tango.status_words import line_status, order_is_final

LineStates = Mapping[str, LineState]

LACKS = "Tango's answer does not contain this line."
REFUSED = "Tango's order does not contain this line: it was refused when the order was placed."
# Of these an answer that lacks the line says nothing new; unknown is for a person, who must not be told otherwise.
SETTLED = (*FINAL_LINES, RowStatus.UNKNOWN)


class LineBefore(NamedTuple):
    """The most that earlier answers had of an order: lines that a POST's answer accepted (0: it was lost), lines that a
    look-up showed, lines that an answer counted."""

    accepted: int = 0
    shown: int = 0
    counted: int = 0


UNHEARD = LineBefore()


@dataclass(frozen=True)
class LineUpdates:
    """The lines of an answer that say something new; `corrected`: those that were final and booked otherwise
    (before, now). `fewer`: how many lines less it has than an earlier answer."""

    lines: tuple[LineAnswer, ...]
    statuses: dict[str, RowStatus]
    corrected: dict[str, tuple[Booked, Booked]]
    failures: Failures = field(default_factory=Failures)
    fewer: int = 0


def news(receipt: Receipt, ours: LineStates, before: LineBefore = UNHEARD, aged: Collection[str] = ()) -> LineUpdates:
    """What differs from what the ledger says of each line: status, delivery and, once it is final, the money.

    `aged` names failed lines of which Tango said so first long enough ago for a second word to count.
    """
    lines, statuses, corrected = [], {}, {}
    fewer = _fewer(receipt, ours, before)
    absent = _absent(receipt, ours, fewer)
    for answered in (*receipt.lines, *absent):
        known = ours.get(answered.reference)
        if known is None:
            continue
        line = _whole(answered, known.booked) if known.final else answered
        status, booked = line_status(line.status), _booked(line)
        changed = known.final and not _same(known.booked, booked)
        if not changed and (known.status, known.delivery) == (status, line.delivery_status):
            continue
        lines.append(line)
        statuses[line.reference] = status
        if changed:
            corrected[line.reference] = (known.booked, booked)
    failures = Failures(
        missing=frozenset(line.reference for line in absent),
        again=frozenset(_failed_again(receipt, ours, aged, fewer)),
        healed=frozenset(ref for ref, s in statuses.items() if ours[ref].failed_at and s is not RowStatus.FAILED),
    )
    return LineUpdates(tuple(lines), statuses, corrected, failures, fewer)


def elsewhere(twice: Collection[str]) -> LineUpdates:
    """Lines that Tango says it has already, in another order: neither placed by this one nor failed."""
    why = "Tango has a line of this reference already, in another order: look it up in the Tango portal."
    lines = tuple(LineAnswer(reference, "", reason=why) for reference in sorted(twice))
    return LineUpdates(lines, {line.reference: RowStatus.UNKNOWN for line in lines}, {})


def _fewer(receipt: Receipt, ours: LineStates, before: LineBefore) -> int:
    """How many lines an answer has less than an earlier one: lines that were shown, or as many as were counted.

    What the POST's answer accepted need not be shown before the order is final.
    """
    shown = {line.reference for line in receipt.lines}
    gone = sum(_was_shown(known) for reference, known in ours.items() if reference not in shown)
    accepted = before.accepted if order_is_final(receipt.order_status) else 0
    uncounted = before.counted - receipt.total if receipt.total is not None else 0
    return max(0, gone, accepted - len(shown), before.shown - len(shown), uncounted)


def _was_shown(known: LineState) -> bool:
    """Whether an answer has shown the line: all but what was refused by name, or was never heard of."""
    if known.status is None or known.failed_by in ("refused", "absent"):
        return False
    return known.status != RowStatus.UNKNOWN or bool(known.tango_reference)


def _absent(receipt: Receipt, ours: LineStates, fewer: int) -> list[LineAnswer]:
    """What an answer says of the lines that it lacks.

    Shown less than before, they are unknown. Else a final order that shows all that it counts never had them (they were
    refused when it was placed, by an answer that was lost), and one that ended badly and shows none speaks for all.
    """
    final = order_is_final(receipt.order_status) is True
    shown = {line.reference for line in receipt.lines}
    if not final and not fewer:
        return []
    word, reason = "", receipt.message or LACKS
    if not fewer and shown and receipt.total == len(shown):
        word, reason = "FAILED", REFUSED
    elif not fewer and not shown and line_status(receipt.order_status) in LOST:
        word = receipt.order_status
    missing = [(ref, known) for ref, known in sorted(ours.items()) if ref not in shown]
    return [
        LineAnswer(ref, word, tango_reference=known.tango_reference, reason=reason)
        for ref, known in missing if known.status not in SETTLED
    ]  # fmt: skip


def _failed_again(receipt: Receipt, ours: LineStates, aged: Collection[str], fewer: int) -> list[str]:
    """The failed lines of which an answer says so once more. One that was refused is not shown again: that is enough,
    where nothing else is missing."""
    words = {line.reference: line_status(line.status) for line in receipt.lines}
    refused = [ref for ref in aged if ref not in words and ours[ref].failed_by in ("refused", "absent") and not fewer]
    return [*refused, *(ref for ref in aged if words.get(ref) is RowStatus.FAILED)]


def _whole(line: LineAnswer, booked: Booked) -> LineAnswer:
    """An answer that is silent about money takes none of it back: what was booked stands."""
    money = {name: getattr(booked, name) for name in ("charged", "fee", "shipping_fee")}
    silent: dict[str, Any] = {
        name: Decimal(text) for name, text in money.items() if text and getattr(line, name) is None
    }
    return replace(line, charged_currency=line.charged_currency or booked.charged_currency, **silent)


def _booked(line: LineAnswer) -> Booked:
    amounts = (plain(line.charged), line.charged_currency, plain(line.fee), plain(line.shipping_fee))
    return Booked(str(line_status(line.status)), *amounts)


def _same(one: Booked, two: Booked) -> bool:
    """Whether both are booked alike: `25.0` and `25.00` are; no fee and a fee of nothing are."""
    if (one.status, one.charged_currency, bool(one.charged)) != (two.status, two.charged_currency, bool(two.charged)):
        return False
    pairs = ((one.charged, two.charged), (one.fee, two.fee), (one.shipping_fee, two.shipping_fee))
    return all(Decimal(before or 0) == Decimal(now or 0) for before, now in pairs)
