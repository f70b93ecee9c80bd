"""What does Tango's answer say of our lines that the ledger does not know yet?  Pure: an answer against what stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from campaign_runner.lifecycle import FINAL_LINES, RowStatus
from campaign_runner.model import LineAnswer, Receipt
from campaign_runner.tango.words import line_status, order_is_final

# Each line's own status (None: its batch says it) and delivery status, by reference.
Standing = Mapping[str, tuple[str | None, str]]


@dataclass(frozen=True)
class News:
    """The lines of an answer that say something new; `corrected`: those that had ended otherwise (before, now)."""

    lines: tuple[LineAnswer, ...]
    statuses: dict[str, RowStatus]
    corrected: dict[str, tuple[str, str]]


def news(receipt: Receipt, ours: Standing) -> News:
    """What differs from what the ledger says of each line."""
    lines, statuses, corrected = [], {}, {}
    for line in (*receipt.lines, *_absent(receipt, ours)):
        before, delivery = ours.get(line.reference, ("", ""))
        status = line_status(line.status)
        if line.reference not in ours or (before or RowStatus.PENDING, delivery) == (status, line.delivery_status):
            continue
        lines.append(line)
        statuses[line.reference] = status
        if before in FINAL_LINES and status is not before:
            corrected[line.reference] = (str(before), str(status))
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
    return [LineAnswer(ref, word, reason=reason) for ref in missing if ours[ref][0] not in settled]
