"""What does Tango's answer say of our lines that the ledger does not know yet?  Pure: an answer against what stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from campaign_runner.ledger.batches import Known
from campaign_runner.ledger.corrections import Booked, plain
from campaign_runner.lifecycle import FINAL_LINES, RowStatus
from campaign_runner.model import LineAnswer, Receipt
from campaign_runner.tango.words import line_status, order_is_final

Standing = Mapping[str, Known]


@dataclass(frozen=True)
class News:
    """The lines of an answer that say something new; `corrected`: those that were final and booked otherwise
    (before, now)."""

    lines: tuple[LineAnswer, ...]
    statuses: dict[str, RowStatus]
    corrected: dict[str, tuple[Booked, Booked]]


def news(receipt: Receipt, ours: Standing) -> News:
    """What differs from what the ledger says of each line: status, delivery and, once it is final, the money."""
    lines, statuses, corrected = [], {}, {}
    for said in (*receipt.lines, *_absent(receipt, ours)):
        known = ours.get(said.reference)
        if known is None:
            continue
        line = _whole(said, known.booked) if known.final else said
        status, booked = line_status(line.status), _booked(line)
        changed = known.final and not _same(known.booked, booked)
        if not changed and (known.status or RowStatus.PENDING, known.delivery) == (status, line.delivery_status):
            continue
        lines.append(line)
        statuses[line.reference] = status
        if changed:
            corrected[line.reference] = (known.booked, booked)
    return News(tuple(lines), statuses, corrected)


def elsewhere(twice: Collection[str]) -> News:
    """Lines that Tango says it has already, in another order: neither placed by this one nor failed."""
    why = "Tango has a line of this reference already, in another order: look it up in the Tango portal."
    lines = tuple(LineAnswer(reference, "", reason=why) for reference in sorted(twice))
    return News(lines, {line.reference: RowStatus.UNKNOWN for line in lines}, {})


def _absent(receipt: Receipt, ours: Standing) -> list[LineAnswer]:
    """Lines that the answer of a final order lacks.

    Where it shows as many lines as it counts, the others never were in it: refused when it was placed, by an answer
    that was lost. Else an order that ended badly speaks for its lines; ended otherwise, they are unknown.
    """
    if order_is_final(receipt.order_status) is not True:
        return []
    shown = {line.reference for line in receipt.lines}
    word, reason = "", receipt.message or "Tango's answer lacks this line."
    if shown and receipt.total == len(shown):
        word, reason = "FAILED", "Tango's order does not hold this line: it was refused when the order was placed."
    elif line_status(receipt.order_status) in (RowStatus.FAILED, RowStatus.CANCELLED):
        word = receipt.order_status
    missing = sorted(ours.keys() - shown)
    settled = (*FINAL_LINES, RowStatus.UNKNOWN)  # unknown already: for a person, who must not be told otherwise
    return [LineAnswer(ref, word, reason=reason) for ref in missing if ours[ref].status not in settled]


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
