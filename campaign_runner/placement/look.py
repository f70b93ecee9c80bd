"""What does Tango say of an order when it is asked for it?"""

from __future__ import annotations

from campaign_runner.ledger.batch_moves import mark_sending
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.ledger.pauses import Paused
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement.found import found
from campaign_runner.placement.run_state import Placement
from campaign_runner.placement.send_batch import STOPS, sent, stopped

# Longer after its first sending Tango may not know an order's reference any more (an older page says 90 days).
LATE = 90 * 86_400.0


def look(step: Placement, batch: StoredBatch) -> float | None:
    """One look at an order; seconds until the next, None where it is final. Raises TangoStopped."""
    receipt = step.tango.look_up(batch.reference)
    step.unanswered.count(receipt)
    if receipt.outcome in STOPS:
        raise stopped(receipt)
    if receipt.outcome is Outcome.NOT_FOUND:
        return _not_found(step, batch, receipt)
    if receipt.outcome not in (Outcome.ACCEPTED, Outcome.REPLAYED):
        return step.later(batch, batch.state, receipt, receipt.retry_after or step.pause(batch))
    return found(step, batch, receipt)


def _not_found(step: Placement, batch: StoredBatch, receipt: Receipt) -> float | None:
    """A 404 soon after sending proves nothing: wait for the grace period, then send the same bytes again."""
    age = step.age(batch)
    if batch.state is not BatchState.UNKNOWN or age < step.grace_seconds or not step.may_send:
        left = step.grace_seconds - age
        absent = {"absent": batch.absent + 1, "absent_since": batch.absent_since or step.now()}
        if batch.state in (BatchState.SENDING, BatchState.UNKNOWN):
            absent = {}  # what Tango never accepted need not be known to it
        return step.later(batch, batch.state, receipt, max(left, step.pause(batch)), absent)
    try:
        sending, body = mark_sending(step.ledger, batch, step.now(), late=age > LATE)
    except Paused:
        return step.later(batch, batch.state, receipt, step.pause(batch))
    return sent(step, sending, step.place(batch, body), again=True)
