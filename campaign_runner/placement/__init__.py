"""What is the next step of a batch?  `advance` moves one batch one idempotent step and says when to look again.

It knows the ledger and Tango, and no loop. Before the first byte leaves, `sending` is committed; what Tango says is
committed before the next step. Killed anywhere, the same call on the same ledger goes on: a batch left `sending` is
looked up and, if Tango never had it, sent again with the same bytes under the same reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from campaign_runner.ledger import Ledger, adoption, batches
from campaign_runner.ledger.batch_moves import mark_sending, put_aside, replace_batch, settle
from campaign_runner.ledger.batches import NO_FAILURES, Failures, LineState, StoredBatch
from campaign_runner.ledger.overlaps import Overtaken, Watch
from campaign_runner.ledger.pauses import Paused
from campaign_runner.model import Clock, Order, Outcome, Receipt
from campaign_runner.model.errors import NotNewest, TangoStopped
from campaign_runner.model.lifecycle import FINAL_LINES, OPEN_BATCHES, BatchState, RowStatus
from campaign_runner.placement.line_updates import LineBefore, LineUpdates, elsewhere, news
from campaign_runner.placement.moments import seconds_of
from campaign_runner.placement.replayed import was_there_before
from campaign_runner.tango.words import order_is_final

Rebatch = Callable[[Order, bytes, Sequence[str]], tuple[str, bytes]]

# A final order is looked at again only when somebody asks: a reward may come back weeks later.
LOOKED_AT = OPEN_BATCHES | {BatchState.FINAL}
# How long to wait before the n-th look at an order that is not final (the last figure repeats).
LOOK_AGAIN = (2, 3, 5, 10, 20, 30, 60, 120, 300)
# What only a person can settle is looked at again by the next run, or after a day.
FOR_A_PERSON = 86_400.0
# Where nothing at all was ever reached, a run gives up after so many seconds.
UNREACHED = 6.0
# A list that lags behind shows less for a while: so many looks, a minute or two in all, before a person is asked.
LAGGING_LOOKS = 8
# Longer after its first sending Tango may not know an order's reference any more (an older page says 90 days).
LATE = 90 * 86_400.0
# Tango took nothing: seconds until these lines are tried again.
NOT_PLACED = {Outcome.NOT_CONNECTED: 3.0, Outcome.THROTTLED: 5.0, Outcome.LATER: 86_400.0}
REFUSALS = (Outcome.LINES_REFUSED, Outcome.REFUSED, Outcome.TOO_LARGE)
STOPS: dict[Outcome, str] = {
    Outcome.STOP_CONFIGURATION: "Tango refuses this account or its credentials",
    Outcome.STOP_FUNDS: "The account has not enough funds: add funds in the Tango portal",
    Outcome.STOP_FRAUD: "Tango's fraud limit stops this account: a person has to talk to Tango",
    Outcome.STOP_BUG: "Tango cannot read the order: this is a fault of campaign-runner, please report it",
}


class TangoClient(Protocol):
    """The two calls that a batch's life needs."""

    def place(self, reference: str, body: bytes) -> Receipt:
        """Send these bytes."""
        ...

    def look_up(self, reference: str) -> Receipt:
        """Ask for the order and all its lines."""
        ...


class Circuit(Protocol):
    """What all who call Tango know of whether it answers."""

    def failed(self) -> int:
        """No usable answer came; returns how many calls in a row had none."""
        ...

    def answered(self) -> None:
        """One came."""
        ...


@dataclass
class Placement:
    """Everything `advance` needs. `silent` counts batches in a row that the service gave no usable answer for, those of
    others too where they share a `circuit`."""

    ledger: Ledger
    tango: TangoClient
    clock: Clock
    order: Order
    rebatch: Rebatch
    grace_seconds: float = 60
    max_silent: int = 5
    may_send: bool = True
    watch: Watch | None = None
    circuit: Circuit | None = None
    silent: int = field(default=0)
    reached: bool = field(default=False)
    unreachable: str = field(default="")
    _unreached_since: float | None = field(default=None)
    _began: tuple[float, float] = field(init=False)
    _sent_at: dict[int, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._began = self.clock.now().timestamp(), self.clock.monotonic()

    def time(self) -> float:
        """Seconds since 1970 by a clock that nobody sets while this lasts: what due times are measured by."""
        began, since = self._began
        return began + self.clock.monotonic() - since

    def advance(self, batch: StoredBatch) -> float | None:
        """One step; None = final (or for a person), else seconds until the next. Raises TangoStopped, and Overtaken where
        another campaign was faster with recipients of an order that was never sent.

        `batch` is as the ledger has it: one that was moved since then is left alone (OrderMoved).
        """
        if batch.state is BatchState.PLANNED:
            return self._send(batch)
        return self._look(batch) if batch.state in LOOKED_AT else None

    def confirm(self, batch: StoredBatch) -> None:
        """Look at an order with failed lines once more, before they are placed again. Raises TangoStopped."""
        if batch.state in (BatchState.REFUSED, BatchState.REPLACED):
            self._look_at_refused(batch)
        elif batch.state in LOOKED_AT - {BatchState.PLANNED, BatchState.SENDING, BatchState.UNKNOWN}:
            self._look(batch)

    def _send(self, batch: StoredBatch) -> float | None:
        try:
            sent, body = mark_sending(self.ledger, batch, self._now(), watch=self.watch)
        except Overtaken as overtaken:
            if batch.attempt == 1:  # its file can be planned again
                raise
            due_at = self.time() + FOR_A_PERSON
            put_aside(self.ledger, batch, overtaken.overlaps, self._now(), due_at)
            return FOR_A_PERSON
        except Paused:  # it stays unsent, or is gone
            return LOOK_AGAIN[0]
        return self._sent(sent, self._place(batch, body))

    def _place(self, batch: StoredBatch, body: bytes) -> Receipt:
        self._sent_at[batch.id] = self.clock.monotonic()
        return self.tango.place(batch.reference, body)

    def _age(self, batch: StoredBatch) -> float:
        """Seconds since a batch was sent; where the clock was set back since, since this began or sent it at the most."""
        if batch.id in self._sent_at:
            return self.clock.monotonic() - self._sent_at[batch.id]
        age = self.clock.now().timestamp() - seconds_of(batch.sent_at)
        return age if age >= 0 else self.clock.monotonic() - self._began[1]

    def _sent(self, batch: StoredBatch, receipt: Receipt, *, again: bool = False) -> float | None:
        """What came of sending. `again`: it was sent before, without an answer; then, as after a silent try of this
        very call, no refusal of this request says that Tango has nothing: unknown, until it is looked up."""
        self._count(receipt)
        outcome = receipt.outcome
        unsent = BatchState.UNKNOWN if again or receipt.doubtful else BatchState.PLANNED
        if outcome in STOPS:
            self._settle(batch, unsent, receipt)
            raise _stopped(receipt)
        if outcome in (Outcome.ACCEPTED, Outcome.REPLAYED):
            return self._accepted(batch, receipt)
        if outcome in REFUSALS and not receipt.doubtful:
            return self._refused(batch, receipt)
        if outcome in NOT_PLACED:
            return self._later(batch, unsent, receipt, receipt.retry_after or NOT_PLACED[outcome])
        return self._later(batch, BatchState.UNKNOWN, receipt, 2)

    def _accepted(self, batch: StoredBatch, receipt: Receipt) -> float | None:
        """A 2xx: ours only if Tango names this order, counts our lines (or less the refused ones and those that it
        has already in another order) and refuses none that we never sent."""
        named = receipt.refused or receipt.duplicates
        ours = set(batches.references(self.ledger, batch.id)) if named else set()
        refused = {ref: why for ref, why in receipt.refused.items() if ref in ours}
        twice = {ref for ref, count in receipt.duplicates.items() if count and ref in ours}
        counts = {None, batch.lines, batch.lines - len(refused), batch.lines - len(refused) - len(twice)}
        strange = set(receipt.refused) - ours or _of_another(batch, receipt)
        if receipt.total not in counts or strange:
            note = f"Tango answers with an order of {receipt.total} lines under our reference; ours has {batch.lines}"
            self._settle(batch, BatchState.CONFLICT, receipt, note=note, wait=FOR_A_PERSON)
            return FOR_A_PERSON
        older = batch.tries == 1 and was_there_before(
            receipt, self.clock.now().timestamp() - seconds_of(batch.sent_at)
        )
        if older:
            self._settle(batch, BatchState.ACCEPTED, receipt, refused=refused, wait=LOOK_AGAIN[0])
            raise self._not_newest(batch)
        if len(refused) == batch.lines:
            self._settle(batch, BatchState.REFUSED, receipt, refused=refused)
            return None
        if receipt.lines:  # /orders tells at once what became of its line
            return self._found(batch, receipt)
        told, taken = elsewhere(twice), batch.lines - len(refused) - len(twice)
        seen = {"accepted": max(batch.accepted, taken), "counted": max(batch.counted, taken)}
        self._settle(batch, BatchState.ACCEPTED, receipt, refused=refused, news=told, wait=LOOK_AGAIN[0], counts=seen)
        return LOOK_AGAIN[0]

    def _not_newest(self, batch: StoredBatch) -> NotNewest:
        """Tango had an order that was never sent from here: nothing more is sent until the ledger was recovered."""
        with self.ledger.write("find the ledger older", durable=True) as connection:
            adoption.set_recovering(connection, batch.campaign, self._now())
        return NotNewest(
            f"Tango had the order {batch.reference} of this campaign before this ledger sent it: the ledger is older than "
            "what was sent, or another machine sends as well. Nothing more was sent: campaign-runner recover FILE"
        )

    def _refused(self, batch: StoredBatch, receipt: Receipt) -> float | None:
        """Refused whole: the lines that Tango names fail; the others, or two halves, go on as new batches."""
        ours = batches.references(self.ledger, batch.id)
        named = {ref: why for ref, why in receipt.refused.items() if ref in set(ours)}
        if len(ours) == 1 and not named:
            named = {ours[0]: receipt.message or "Tango refused this line without a reason."}
        if len(named) == len(ours):
            self._settle(batch, BatchState.REFUSED, receipt, refused=named)
            return None
        rest = [ref for ref in ours if ref not in named]
        half = len(rest) // 2
        parts = [rest] if named else [rest[:half], rest[half:]]
        body = batches.body(self.ledger, batch.id)
        successors = [(*self.rebatch(self.order, body, part), part) for part in parts]
        replace_batch(self.ledger, batch, successors, named, self._now(), _note(receipt))
        return None

    def _look(self, batch: StoredBatch) -> float | None:
        receipt = self.tango.look_up(batch.reference)
        self._count(receipt)
        if receipt.outcome in STOPS:
            raise _stopped(receipt)
        if receipt.outcome is Outcome.NOT_FOUND:
            return self._not_found(batch, receipt)
        if receipt.outcome not in (Outcome.ACCEPTED, Outcome.REPLAYED):
            return self._later(batch, batch.state, receipt, receipt.retry_after or self._pause(batch))
        return self._found(batch, receipt)

    def _not_found(self, batch: StoredBatch, receipt: Receipt) -> float | None:
        """A 404 soon after sending proves nothing: wait for the grace period, then send the same bytes again."""
        age = self._age(batch)
        if batch.state is not BatchState.UNKNOWN or age < self.grace_seconds or not self.may_send:
            left = self.grace_seconds - age
            absent = {"absent": batch.absent + 1, "absent_since": batch.absent_since or self._now()}
            if batch.state in (BatchState.SENDING, BatchState.UNKNOWN):
                absent = {}  # what Tango never accepted need not be known to it
            return self._later(batch, batch.state, receipt, max(left, self._pause(batch)), absent)
        try:
            sent, body = mark_sending(self.ledger, batch, self._now(), late=age > LATE)
        except Paused:
            return self._later(batch, batch.state, receipt, self._pause(batch))
        return self._sent(sent, self._place(batch, body), again=True)

    def _look_at_refused(self, batch: StoredBatch) -> None:
        """An order that was refused whole: Tango should know nothing of it, or of its lines that they failed."""
        receipt = self.tango.look_up(batch.reference)
        self._count(receipt)
        if receipt.outcome in STOPS:
            raise _stopped(receipt)
        ours = batches.standing(self.ledger, batch.id)
        if receipt.outcome is Outcome.NOT_FOUND:
            again = Failures(again=frozenset(self._aged(ours)))
            self._settle(batch, batch.state, receipt, failures=again, looked=True)
        elif receipt.outcome in (Outcome.ACCEPTED, Outcome.REPLAYED) and batch.state is BatchState.REFUSED:
            self._found(batch, receipt)
        elif receipt.outcome in (Outcome.ACCEPTED, Outcome.REPLAYED):
            note = (
                "Tango refused this order, its other lines went on in another one, and now Tango has it all the same"
            )
            told = news(receipt, ours, _before(batch), self._aged(ours))
            self._settle(batch, BatchState.CONFLICT, receipt, note=note, news=told, looked=True, wait=FOR_A_PERSON)

    def _aged(self, ours: Mapping[str, LineState]) -> list[str]:
        """The failed lines of which Tango said so once, and long enough ago for a second word to count."""
        now, once = self.clock.now().timestamp(), [
            (reference, known) for reference, known in ours.items() if known.failed_at and not known.failed_again_at
        ]  # fmt: skip
        return [ref for ref, known in once if abs(now - seconds_of(known.failed_at)) >= self.grace_seconds]

    def _found(self, batch: StoredBatch, receipt: Receipt) -> float | None:
        """Tango has the order. Ours, if every line in it is ours and it counts no more than ours."""
        ours = batches.standing(self.ledger, batch.id)
        strange = {line.reference for line in receipt.lines} - ours.keys()
        if not batch.adopted and (strange or (receipt.total or 0) > len(ours) or _of_another(batch, receipt)):
            note = f"Tango's order holds {receipt.total} lines ({len(strange)} never sent by us), ours {len(ours)}"
            self._settle(batch, BatchState.CONFLICT, receipt, note=note, looked=True, wait=FOR_A_PERSON)
            return FOR_A_PERSON
        told = news(receipt, ours, _before(batch), self._aged(ours))
        counts = {"shown": max(batch.shown, len(receipt.lines)), "counted": max(batch.counted, receipt.total or 0),
                  "fewer": told.fewer, "absent": 0, "absent_since": "",
                  "unreadable": sum(line.unreadable for line in receipt.lines)}  # fmt: skip
        now = {reference: known.status or RowStatus.PENDING for reference, known in ours.items()} | told.statuses
        if all(status in FINAL_LINES for status in now.values()):
            self._settle(batch, BatchState.FINAL, receipt, news=told, looked=True, counts=counts)
            return None
        puzzling = order_is_final(receipt.order_status) and RowStatus.PENDING not in now.values()
        lagging = told.fewer and batch.looks < LAGGING_LOOKS
        wait = FOR_A_PERSON if puzzling and not lagging else self._pause(batch)
        self._settle(batch, BatchState.ACCEPTED, receipt, news=told, looked=True, wait=wait, counts=counts)
        return wait

    def _later(
        self, batch: StoredBatch, state: BatchState, receipt: Receipt, wait: float,
        counts: Mapping[str, Any] | None = None,
    ) -> float:  # fmt: skip
        self._settle(batch, state, receipt, wait=wait, looked=batch.state is not BatchState.SENDING, counts=counts)
        return wait

    def _settle(
        self, batch: StoredBatch, state: BatchState, receipt: Receipt, *, note: str = "", wait: float = 0,
        news: LineUpdates | None = None, refused: dict[str, str] | None = None, looked: bool = False,
        counts: Mapping[str, Any] | None = None, failures: Failures = NO_FAILURES,
    ) -> None:  # fmt: skip
        settle(
            self.ledger, batch, state, self._now(), due_at=self.time() + min(wait, FOR_A_PERSON) if wait else 0,
            note=note or _note(receipt), tango_order_id=receipt.tango_order_id, looked=looked, refused=refused,
            statuses=news.statuses if news else None, answers=news.lines if news else (),
            corrected=news.corrected if news else None, failures=news.failures if news else failures, counts=counts,
        )  # fmt: skip

    def _pause(self, batch: StoredBatch) -> float:
        return LOOK_AGAIN[min(batch.looks, len(LOOK_AGAIN) - 1)]

    def _count(self, receipt: Receipt) -> None:
        """The circuit: when the service itself fails, going on would burn through the file."""
        failing = receipt.outcome in (Outcome.RETRY, Outcome.NOT_CONNECTED)
        if failing:
            self.silent = max(self.silent + 1, self.circuit.failed() if self.circuit else 0)
        else:
            self.silent = 0
            if self.circuit:
                self.circuit.answered()
        self.reached = self.reached or receipt.outcome is not Outcome.NOT_CONNECTED
        if not self.reached:
            since = self._unreached_since if self._unreached_since is not None else self.clock.monotonic()
            self._unreached_since = since
            if self.unreachable or self.clock.monotonic() - since >= UNREACHED:
                self.unreachable, self.silent = receipt.message, self.max_silent

    def check_circuit(self) -> None:
        """Raise TangoStopped after `max_silent` calls in a row without a usable answer, sooner where nothing was ever
        reached."""
        if self.unreachable and not self.reached and self.silent >= self.max_silent:
            raise TangoStopped(
                f"Tango cannot be reached: {self.unreachable} What was not placed stays unsent. Check the network and "
                "the address (`campaign-runner doctor`), then run the same command again."
            )
        if self.silent >= self.max_silent:
            raise TangoStopped(
                f"Tango gave no usable answer to {self.silent} calls in a row. The run stopped; what was not placed is "
                "unsent, what may have been placed is unknown and will be looked up. Run the same command again later."
            )

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds")


def _stopped(receipt: Receipt) -> TangoStopped:
    said = f' Tango says: "{receipt.message}"' if receipt.message else ""
    code = f" ({receipt.code})" if receipt.code else ""
    request = f" Request {receipt.request_id}." if receipt.request_id else ""
    return TangoStopped(
        f"{STOPS[receipt.outcome]}{code}.{said}{request} What was not placed stays unsent; fix the cause and run again."
    )


def _before(batch: StoredBatch) -> LineBefore:
    return LineBefore(batch.accepted, batch.shown, batch.counted)


def _of_another(batch: StoredBatch, receipt: Receipt) -> bool:
    return receipt.order_reference not in ("", batch.reference)


def _note(receipt: Receipt) -> str:
    return " ".join(part for part in (receipt.code, receipt.message) if part)
