"""What is the next step of a batch?  `advance` moves one batch one idempotent step and says when to look again.

It knows the ledger and Tango, and no loop. Before the first byte leaves, `sending` is committed; what Tango says is
committed before the next step. Killed anywhere, the same call on the same ledger goes on: a batch left `sending` is
looked up and, if Tango never had it, sent again with the same bytes under the same reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from campaign_runner.errors import TangoStopped
from campaign_runner.ledger import Ledger, batches
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.lifecycle import FINAL_LINES, OPEN_BATCHES, BatchState, RowStatus
from campaign_runner.model import Clock, Order, Outcome, Receipt
from campaign_runner.placement.news import News, elsewhere, news
from campaign_runner.tango.words import order_is_final

Rebatch = Callable[[Order, bytes, Sequence[str]], tuple[str, bytes]]

# A final order is looked at again only when somebody asks: a reward may come back weeks later.
LOOKED_AT = OPEN_BATCHES | {BatchState.FINAL}
# How long to wait before the n-th look at an order that is not final (the last figure repeats).
LOOK_AGAIN = (2, 3, 5, 10, 20, 30, 60, 120, 300)
# What only a person can settle is looked at again by the next run, or after a day.
FOR_A_PERSON = 86_400.0
# Tango took nothing: seconds until these lines are tried again.
NOT_PLACED = {Outcome.NOT_CONNECTED: 5.0, Outcome.THROTTLED: 5.0, Outcome.LATER: 86_400.0}
REFUSALS = (Outcome.LINES_REFUSED, Outcome.REFUSED, Outcome.TOO_LARGE)
STOPS: dict[Outcome, str] = {
    Outcome.STOP_CONFIGURATION: "Tango refuses this account or its credentials",
    Outcome.STOP_FUNDS: "The account has not enough funds: add funds in the Tango portal",
    Outcome.STOP_FRAUD: "Tango's fraud limit stops this account: a person has to talk to Tango",
    Outcome.STOP_BUG: "Tango cannot read the order: this is a fault of campaign-runner, please report it",
}


class Tango(Protocol):
    """The two calls that a batch's life needs."""

    def place(self, reference: str, body: bytes) -> Receipt:
        """Send these bytes."""
        ...

    def look_up(self, reference: str) -> Receipt:
        """Ask for the order and all its lines."""
        ...


@dataclass
class Placement:
    """Everything `advance` needs. `silent` counts batches in a row that the service gave no usable answer for."""

    ledger: Ledger
    tango: Tango
    clock: Clock
    order: Order
    rebatch: Rebatch
    grace_seconds: float = 60
    max_silent: int = 5
    may_send: bool = True
    silent: int = field(default=0)

    def advance(self, batch: StoredBatch) -> float | None:
        """One step; None = final (or for a person), else seconds until the next. Raises TangoStopped.

        `batch` is as the ledger has it: one that was moved since then is left alone (RuntimeError).
        """
        if batch.state is BatchState.PLANNED:
            return self._send(batch)
        return self._look(batch) if batch.state in LOOKED_AT else None

    def _send(self, batch: StoredBatch) -> float | None:
        sent, body = batches.mark_sending(self.ledger, batch, self._now())
        return self._sent(sent, self.tango.place(batch.reference, body))

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
        if len(refused) == batch.lines:
            self._settle(batch, BatchState.REFUSED, receipt, refused=refused)
            return None
        if receipt.lines:  # /orders tells at once what became of its line
            return self._found(batch, receipt)
        told = elsewhere(twice)
        self._settle(batch, BatchState.ACCEPTED, receipt, refused=refused, news=told, wait=LOOK_AGAIN[0])
        return LOOK_AGAIN[0]

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
        batches.replace(self.ledger, batch, successors, named, self._now(), _note(receipt))
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
        age = self.clock.now().timestamp() - _seconds(batch.sent_at)
        if batch.state is not BatchState.UNKNOWN or 0 <= age < self.grace_seconds or not self.may_send:
            left = self.grace_seconds - max(age, 0)  # the clock may have been set back since
            return self._later(batch, batch.state, receipt, max(left, self._pause(batch)))
        sent, body = batches.mark_sending(self.ledger, batch, self._now())
        return self._sent(sent, self.tango.place(batch.reference, body), again=True)

    def _found(self, batch: StoredBatch, receipt: Receipt) -> float | None:
        """Tango has the order. Ours, if every line in it is ours and it counts no more than ours."""
        ours = batches.standing(self.ledger, batch.id)
        strange = {line.reference for line in receipt.lines} - ours.keys()
        if not batch.adopted and (strange or (receipt.total or 0) > len(ours) or _of_another(batch, receipt)):
            note = f"Tango's order holds {receipt.total} lines ({len(strange)} never sent by us), ours {len(ours)}"
            self._settle(batch, BatchState.CONFLICT, receipt, note=note, looked=True, wait=FOR_A_PERSON)
            return FOR_A_PERSON
        told = news(receipt, ours)
        now = {reference: known.status or RowStatus.PENDING for reference, known in ours.items()} | told.statuses
        if all(status in FINAL_LINES for status in now.values()):
            self._settle(batch, BatchState.FINAL, receipt, news=told, looked=True)
            return None
        puzzling = order_is_final(receipt.order_status) and RowStatus.PENDING not in now.values()
        wait = FOR_A_PERSON if puzzling else self._pause(batch)
        self._settle(batch, BatchState.ACCEPTED, receipt, news=told, looked=True, wait=wait)
        return wait

    def _later(self, batch: StoredBatch, state: BatchState, receipt: Receipt, wait: float) -> float:
        self._settle(batch, state, receipt, wait=wait, looked=batch.state is not BatchState.SENDING)
        return wait

    def _settle(
        self, batch: StoredBatch, state: BatchState, receipt: Receipt, *, note: str = "", wait: float = 0,
        news: News | None = None, refused: dict[str, str] | None = None, looked: bool = False,
    ) -> None:  # fmt: skip
        batches.settle(
            self.ledger, batch, state, self._now(), due_at=self.clock.now().timestamp() + wait if wait else 0,
            note=note or _note(receipt), tango_order_id=receipt.tango_order_id, looked=looked, refused=refused,
            statuses=news.statuses if news else None, answers=news.lines if news else (),
            corrected=news.corrected if news else None,
        )  # fmt: skip

    def _pause(self, batch: StoredBatch) -> float:
        return LOOK_AGAIN[min(batch.looks, len(LOOK_AGAIN) - 1)]

    def _count(self, receipt: Receipt) -> None:
        """The circuit: when the service itself fails, going on would burn through the file."""
        failing = receipt.outcome in (Outcome.RETRY, Outcome.NOT_CONNECTED)
        self.silent = self.silent + 1 if failing else 0

    def check_circuit(self) -> None:
        """Raise TangoStopped after `max_silent` calls in a row without a usable answer."""
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
        f"{STOPS[receipt.outcome]}{code}.{said}{request} What was not placed stays unsent; mend it and run again."
    )


def _of_another(batch: StoredBatch, receipt: Receipt) -> bool:
    return receipt.order_reference not in ("", batch.reference)


def _note(receipt: Receipt) -> str:
    return " ".join(part for part in (receipt.code, receipt.message) if part)


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp() if at else 0.0
