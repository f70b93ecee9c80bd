"""What does an order say that Tango has?  Whether it is ours, what became of its lines, and when to look again."""

from __future__ import annotations

from campaign_runner.ledger import batches
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.model import Receipt
from campaign_runner.model.lifecycle import FINAL_LINES, BatchState, RowStatus
from campaign_runner.placement.line_updates import LineBefore, news
from campaign_runner.placement.run_state import FOR_A_PERSON, Placement
from campaign_runner.tango.status_words import order_is_final

# A list that lags behind shows less for a while: this many looks, a minute or two in all, before a person is asked.
LAGGING_LOOKS = 8


def found(step: Placement, batch: StoredBatch, receipt: Receipt) -> float | None:
    """Tango has the order. Ours, if every line in it is ours and it counts no more than ours."""
    ours = batches.standing(step.ledger, batch.id)
    strange = {line.reference for line in receipt.lines} - ours.keys()
    if not batch.adopted and (strange or (receipt.total or 0) > len(ours) or of_another(batch, receipt)):
        note = f"Tango's order holds {receipt.total} lines ({len(strange)} never sent by us), ours {len(ours)}"
        step.settle(batch, BatchState.CONFLICT, receipt, note=note, looked=True, wait=FOR_A_PERSON)
        return FOR_A_PERSON
    updates = news(receipt, ours, before(batch), step.aged(ours))
    counts = {"shown": max(batch.shown, len(receipt.lines)), "counted": max(batch.counted, receipt.total or 0),
              "fewer": updates.fewer, "absent": 0, "absent_since": "",
              "unreadable": sum(line.unreadable for line in receipt.lines)}  # fmt: skip
    now = {reference: known.status or RowStatus.PENDING for reference, known in ours.items()} | updates.statuses
    if all(status in FINAL_LINES for status in now.values()):
        step.settle(batch, BatchState.FINAL, receipt, news=updates, looked=True, counts=counts)
        return None
    puzzling = order_is_final(receipt.order_status) and RowStatus.PENDING not in now.values()
    lagging = updates.fewer and batch.looks < LAGGING_LOOKS
    wait = FOR_A_PERSON if puzzling and not lagging else step.pause(batch)
    step.settle(batch, BatchState.ACCEPTED, receipt, news=updates, looked=True, wait=wait, counts=counts)
    return wait


def of_another(batch: StoredBatch, receipt: Receipt) -> bool:
    """Whether an answer names another order than it was asked about."""
    return receipt.order_reference not in ("", batch.reference)


def before(batch: StoredBatch) -> LineBefore:
    """The most that earlier answers had of an order."""
    return LineBefore(batch.accepted, batch.shown, batch.counted)
