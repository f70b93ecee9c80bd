"""What becomes of an order that Tango refused whole, and does Tango stand by that?"""

from __future__ import annotations

from campaign_runner.ledger import batches
from campaign_runner.ledger.batch_moves import replace_batch
from campaign_runner.ledger.batches import Failures, StoredBatch
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import TangoStopped
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement.found import before, found
from campaign_runner.placement.line_updates import news
from campaign_runner.placement.run_state import FOR_A_PERSON, Placement, note_of


def refused(step: Placement, batch: StoredBatch, receipt: Receipt) -> float | None:
    """Refused whole: the lines that Tango names fail; the others, or two halves, go on as new batches."""
    ours = batches.references(step.ledger, batch.id)
    named = {ref: why for ref, why in receipt.refused.items() if ref in set(ours)}
    if len(ours) == 1 and not named:
        named = {ours[0]: receipt.message or "Tango refused this line without a reason."}
    if len(named) == len(ours):
        step.settle(batch, BatchState.REFUSED, receipt, refused=named)
        return None
    rest = [ref for ref in ours if ref not in named]
    half = len(rest) // 2
    parts = [rest] if named else [rest[:half], rest[half:]]
    body = batches.body(step.ledger, batch.id)
    successors = [(*step.rebatch(step.order, body, part), part) for part in parts]
    replace_batch(step.ledger, batch, successors, named, step.now(), note_of(receipt))
    return None


def look_at_refused(step: Placement, batch: StoredBatch) -> None:
    """An order that was refused whole: Tango should know nothing of it, or of its lines that they failed."""
    receipt = step.tango.look_up(batch.reference)
    step.unanswered.count(receipt)
    if receipt.outcome in STOPS:
        raise stopped(receipt)
    ours = batches.standing(step.ledger, batch.id)
    if receipt.outcome is Outcome.NOT_FOUND:
        again = Failures(again=frozenset(step.aged(ours)))
        step.settle(batch, batch.state, receipt, failures=again, looked=True)
    elif receipt.outcome in (Outcome.ACCEPTED, Outcome.REPLAYED) and batch.state is BatchState.REFUSED:
        found(step, batch, receipt)
    elif receipt.outcome in (Outcome.ACCEPTED, Outcome.REPLAYED):
        note = "Tango refused this order, its other lines went on in another one, but now Tango has it anyway"
        updates = news(receipt, ours, before(batch), step.aged(ours))
        step.settle(batch, BatchState.CONFLICT, receipt, note=note, news=updates, looked=True, wait=FOR_A_PERSON)


STOPS: dict[Outcome, str] = {
    Outcome.STOP_CONFIGURATION: "Tango refuses this account or its credentials",
    Outcome.STOP_FUNDS: "The account has not enough funds: add funds in the Tango portal",
    Outcome.STOP_FRAUD: "Tango's fraud limit stops this account: contact Tango",
    Outcome.STOP_BUG: "Tango cannot read the order: this is a fault of campaign-runner, please report it",
}


def stopped(receipt: Receipt) -> TangoStopped:
    """The end of the run."""
    quoted = f' Tango says: "{receipt.message}"' if receipt.message else ""
    code = f" ({receipt.code})" if receipt.code else ""
    request = f" Request {receipt.request_id}." if receipt.request_id else ""
    return TangoStopped(
        f"{STOPS[receipt.outcome]}{code}.{quoted}{request} What was not placed stays unsent; fix the cause and run again."
    )
