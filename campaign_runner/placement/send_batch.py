"""How is a batch sent, and what came of it?  `sending` is committed before the first byte leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from campaign_runner.ledger import adoption, batches
from campaign_runner.ledger.batch_moves import mark_sending, put_aside, replace_batch
from campaign_runner.ledger.batches import Failures, StoredBatch
from campaign_runner.ledger.overlaps import Overtaken
from campaign_runner.ledger.pauses import Paused
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import NotNewest, TangoStopped
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement.found import before, found, of_another
from campaign_runner.placement.line_updates import elsewhere, news
from campaign_runner.placement.run_state import FOR_A_PERSON, LOOK_AGAIN, Placement, note_of, seconds_of

# Tango took nothing: seconds until these lines are tried again.
NOT_PLACED = {Outcome.NOT_CONNECTED: 3.0, Outcome.THROTTLED: 5.0, Outcome.LATER: 86_400.0}
REFUSALS = (Outcome.LINES_REFUSED, Outcome.REFUSED, Outcome.TOO_LARGE)


def send(step: Placement, batch: StoredBatch) -> float | None:
    """A planned batch leaves; seconds until the next step. Raises Overtaken, TangoStopped, NotNewest."""
    try:
        sending, body = mark_sending(step.ledger, batch, step.now(), watch=step.watch)
    except Overtaken as overtaken:
        if batch.attempt == 1:  # its file can be planned again
            raise
        due_at = step.time() + FOR_A_PERSON
        put_aside(step.ledger, batch, overtaken.overlaps, step.now(), due_at)
        return FOR_A_PERSON
    except Paused:  # it stays unsent, or is gone
        return LOOK_AGAIN[0]
    return sent(step, sending, step.place(batch, body))


def sent(step: Placement, batch: StoredBatch, receipt: Receipt, *, again: bool = False) -> float | None:
    """What came of sending. `again`: it was sent before, without an answer; then, as after a silent try of this
    very call, no refusal of this request says that Tango has nothing: unknown, until it is looked up."""
    step.unanswered.count(receipt)
    outcome = receipt.outcome
    unsent = BatchState.UNKNOWN if again or receipt.doubtful else BatchState.PLANNED
    if outcome in STOPS:
        step.settle(batch, unsent, receipt)
        raise stopped(receipt)
    if outcome in (Outcome.ACCEPTED, Outcome.REPLAYED):
        return _accepted(step, batch, receipt)
    if outcome in REFUSALS and not receipt.doubtful:
        return refused(step, batch, receipt)
    if outcome in NOT_PLACED:
        return step.later(batch, unsent, receipt, receipt.retry_after or NOT_PLACED[outcome])
    return step.later(batch, BatchState.UNKNOWN, receipt, 2)


def _accepted(step: Placement, batch: StoredBatch, receipt: Receipt) -> float | None:
    """A 2xx: ours only if Tango names this order, counts our lines (or less the refused ones and those that it
    has already in another order) and refuses none that we never sent."""
    named = receipt.refused or receipt.duplicates
    ours = set(batches.references(step.ledger, batch.id)) if named else set()
    failed = {ref: why for ref, why in receipt.refused.items() if ref in ours}
    twice = {ref for ref, count in receipt.duplicates.items() if count and ref in ours}
    counts = {None, batch.lines, batch.lines - len(failed), batch.lines - len(failed) - len(twice)}
    strange = set(receipt.refused) - ours or of_another(batch, receipt)
    if receipt.total not in counts or strange:
        note = f"Tango answers with an order of {receipt.total} lines under our reference; ours has {batch.lines}"
        step.settle(batch, BatchState.CONFLICT, receipt, note=note, wait=FOR_A_PERSON)
        return FOR_A_PERSON
    older = batch.tries == 1 and was_there_before(receipt, step.clock.now().timestamp() - seconds_of(batch.sent_at))
    if older:
        step.settle(batch, BatchState.ACCEPTED, receipt, refused=failed, wait=LOOK_AGAIN[0])
        raise _not_newest(step, batch)
    if len(failed) == batch.lines:
        step.settle(batch, BatchState.REFUSED, receipt, refused=failed)
        return None
    if receipt.lines:  # /orders tells at once what became of its line
        return found(step, batch, receipt)
    sentence, taken = elsewhere(twice), batch.lines - len(failed) - len(twice)
    seen = {"accepted": max(batch.accepted, taken), "counted": max(batch.counted, taken)}
    step.settle(batch, BatchState.ACCEPTED, receipt, refused=failed, news=sentence, wait=LOOK_AGAIN[0], counts=seen)
    return LOOK_AGAIN[0]


def _not_newest(step: Placement, batch: StoredBatch) -> NotNewest:
    """Tango had an order that was never sent from here: nothing more is sent until the ledger was recovered."""
    with step.ledger.write("find the ledger older", durable=True) as connection:
        adoption.set_recovering(connection, batch.campaign, step.now())
    return NotNewest(
        f"Tango had the order {batch.reference} of this campaign before this ledger sent it: the ledger is older than "
        "what was sent, or another machine sends as well. Nothing more was sent: campaign-runner recover FILE"
    )


# Seconds that an order's time may lie before its answer's, more than this call took: clocks of one company, and words
# that are cut to whole seconds.
LEEWAY = 120.0


def was_there_before(receipt: Receipt, seconds: float) -> bool:
    """Whether the answer to a first POST, which took this many `seconds` in all its tries, is about an older order."""
    made, answered = (
        _moment(datetime.fromisoformat, receipt.created_at),
        _moment(parsedate_to_datetime, receipt.server_time),
    )
    if made and answered:
        return (answered - made).total_seconds() > max(seconds, 0) + LEEWAY
    return receipt.outcome is Outcome.REPLAYED and not receipt.doubtful


def _moment(read: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        moment = read(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
