"""What do all steps of one run share?  Ledger, Tango and clock, and how an answer is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from campaign_runner.ledger import Ledger, batch_moves, requests
from campaign_runner.ledger.batches import NO_FAILURES, Failures, LineState, StoredBatch
from campaign_runner.ledger.overlaps import Watch
from campaign_runner.model import Clock, Order, Outcome, Receipt
from campaign_runner.model.errors import TangoStopped
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement.line_updates import LineUpdates

Rebatch = Callable[[Order, bytes, Sequence[str]], tuple[str, bytes]]

# How long to wait before the n-th look at an order that is not final (the last figure repeats).
LOOK_AGAIN = (2, 3, 5, 10, 20, 30, 60, 120, 300)
# What only a person can settle is looked at again by the next run, or after a day.
FOR_A_PERSON = 86_400.0


class TangoClient(Protocol):
    """The two calls that a batch's life needs."""

    def place(self, reference: str, body: bytes) -> Receipt:
        """Send these bytes."""
        ...

    def look_up(self, reference: str) -> Receipt:
        """Ask for the order and all its lines."""
        ...


@dataclass
class Placement:
    """Everything that a step needs; `unanswered` counts batches in a row that the service gave no usable answer for,
    `silent` before this began."""

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
    silent: int = 0
    unreachable: str = ""
    unanswered: Unanswered = field(init=False)
    _began: tuple[float, float] = field(init=False)
    _sent_at: dict[int, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._began = self.clock.now().timestamp(), self.clock.monotonic()
        self.unanswered = Unanswered(self.clock, self.max_silent, self.silent, self.unreachable, self.circuit)

    def time(self) -> float:
        """Seconds since 1970 by a clock that nobody sets while this lasts: what due times are measured by."""
        began, since = self._began
        return began + self.clock.monotonic() - since

    def now(self) -> str:
        """The time as the ledger writes it."""
        return self.clock.now().isoformat(timespec="milliseconds")

    def place(self, batch: StoredBatch, body: bytes) -> Receipt:
        """Send these bytes now."""
        self._sent_at[batch.id] = self.clock.monotonic()
        return self.tango.place(batch.reference, body)

    def age(self, batch: StoredBatch) -> float:
        """Seconds since a batch was sent; where the clock was set back since, since it was looked up first after that, or
        since this began."""
        if batch.id in self._sent_at:
            return self.clock.monotonic() - self._sent_at[batch.id]
        age = self.clock.now().timestamp() - seconds_of(batch.sent_at)
        if age >= 0:
            return age
        looked = requests.first_look(self.ledger, batch)
        before = self.clock.now().timestamp() - seconds_of(looked) if looked else 0.0
        return max(before, self.clock.monotonic() - self._began[1])

    def aged(self, ours: Mapping[str, LineState]) -> list[str]:
        """The failed lines of which Tango said so once, and long enough ago for a second word to count."""
        now, once = self.clock.now().timestamp(), [
            (reference, known) for reference, known in ours.items() if known.failed_at and not known.failed_again_at
        ]  # fmt: skip
        return [ref for ref, known in once if abs(now - seconds_of(known.failed_at)) >= self.grace_seconds]

    def pause(self, batch: StoredBatch) -> float:
        """Seconds until the next look."""
        return LOOK_AGAIN[min(batch.looks, len(LOOK_AGAIN) - 1)]

    def later(
        self, batch: StoredBatch, state: BatchState, receipt: Receipt, wait: float,
        counts: Mapping[str, Any] | None = None,
    ) -> float:  # fmt: skip
        """Nothing is decided: the batch is due again after this many seconds, which are returned."""
        self.settle(batch, state, receipt, wait=wait, looked=batch.state is not BatchState.SENDING, counts=counts)
        return wait

    def settle(
        self, batch: StoredBatch, state: BatchState, receipt: Receipt, *, note: str = "", wait: float = 0,
        news: LineUpdates | None = None, refused: dict[str, str] | None = None, looked: bool = False,
        counts: Mapping[str, Any] | None = None, failures: Failures = NO_FAILURES,
    ) -> None:  # fmt: skip
        """Write down the result of an answer."""
        batch_moves.settle(
            self.ledger, batch, state, self.now(), due_at=self.time() + min(wait, FOR_A_PERSON) if wait else 0,
            note=note or note_of(receipt), tango_order_id=receipt.tango_order_id, looked=looked, refused=refused,
            statuses=news.statuses if news else None, answers=news.lines if news else (),
            corrected=news.corrected if news else None, failures=news.failures if news else failures, counts=counts,
        )  # fmt: skip


def note_of(receipt: Receipt) -> str:
    """What an answer says, for the batch."""
    return " ".join(part for part in (receipt.code, receipt.message) if part)


def seconds_of(at: str) -> float:
    """Seconds since 1970; 0 for no time, and for one that cannot be read (of a recovered order: Tango's own)."""
    try:
        return datetime.fromisoformat(at).timestamp() if at else 0.0
    except ValueError:
        return 0.0


# Where nothing at all was ever reached, a run gives up after this many seconds.
UNREACHED = 6.0


class Circuit(Protocol):
    """What all who call Tango know of whether it answers."""

    def failed(self) -> int:
        """No usable answer came; returns how many calls in a row had none."""
        ...

    def answered(self) -> None:
        """One came."""
        ...


class Unanswered:
    """Counts them, `most` in a row, those of others too where they share a `circuit`; `silent` of them came before this
    began, and `unreachable` says why nothing was reached then ("" = not tried)."""

    def __init__(self, clock: Clock, most: int, silent: int, unreachable: str, circuit: Circuit | None) -> None:
        self._clock, self._most, self._circuit = clock, most, circuit
        self.silent, self.unreachable, self.reached = silent, unreachable, False
        self._unreached_since: float | None = None

    def count(self, receipt: Receipt) -> None:
        """The circuit: when the service itself fails, going on would burn through the file."""
        failing = receipt.outcome in (Outcome.RETRY, Outcome.NOT_CONNECTED)
        if failing:
            self.silent = max(self.silent + 1, self._circuit.failed() if self._circuit else 0)
        else:
            self.silent = 0
            if self._circuit:
                self._circuit.answered()
        self.reached = self.reached or receipt.outcome is not Outcome.NOT_CONNECTED
        if not self.reached:
            since = self._unreached_since if self._unreached_since is not None else self._clock.monotonic()
            self._unreached_since = since
            if self.unreachable or self._clock.monotonic() - since >= UNREACHED:
                self.unreachable, self.silent = receipt.message, self._most

    def check(self) -> None:
        """Raise TangoStopped after `most` calls in a row without a usable answer, sooner where nothing was ever
        reached."""
        if self.unreachable and not self.reached and self.silent >= self._most:
            raise TangoStopped(
                f"Tango cannot be reached: {self.unreachable} What was not placed stays unsent. Check the network and "
                "the address (`campaign-runner doctor`), then run the same command again."
            )
        if self.silent >= self._most:
            raise TangoStopped(
                f"Tango gave no usable answer to {self.silent} calls in a row. The run stopped; what was not placed is "
                "unsent, what may have been placed is unknown and will be looked up. Run the same command again later."
            )
