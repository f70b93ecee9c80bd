"""What states can a batch, a line item and a row be in, and which moves are allowed?  One table each."""

from __future__ import annotations

from enum import StrEnum


class RowStatus(StrEnum):
    """One per row that is not blank, in the order in which reports show them."""

    REJECTED = "rejected"
    HELD = "held"
    UNSENT = "unsent"
    UNKNOWN = "unknown"
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """The life of a batch; `SENDING` is committed before the first byte leaves."""

    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    REFUSED = "refused"
    REPLACED = "replaced"
    FINAL = "final"


FINAL_LINES = frozenset({RowStatus.COMPLETED, RowStatus.FAILED, RowStatus.CANCELLED})
LOST = (RowStatus.FAILED, RowStatus.CANCELLED)
NEEDS_ACTION = frozenset({RowStatus.REJECTED, RowStatus.HELD, RowStatus.FAILED, RowStatus.CANCELLED})

# (from, to): why. Whatever is not listed is a bug and raises.
BATCH_MOVES: dict[tuple[BatchState, BatchState], str] = {
    (BatchState.PLANNED, BatchState.SENDING): "about to send: written down first",
    (BatchState.PLANNED, BatchState.ACCEPTED): "recovered: an older ledger had only planned what Tango has",
    (BatchState.SENDING, BatchState.PLANNED): "Tango took nothing (never connected, throttled, stopped)",
    (BatchState.SENDING, BatchState.UNKNOWN): "sent, and no answer that can be understood",
    (BatchState.SENDING, BatchState.ACCEPTED): "Tango has it, with our totals and references",
    (BatchState.SENDING, BatchState.CONFLICT): "Tango has an order of this reference that is not ours",
    (BatchState.SENDING, BatchState.REFUSED): "Tango refused every line of it",
    (BatchState.SENDING, BatchState.REPLACED): "Tango refused it whole; the good lines go on under new references",
    (BatchState.SENDING, BatchState.FINAL): "Tango has it, and its answer says that every line is final",
    (BatchState.UNKNOWN, BatchState.SENDING): "the same bytes again, under the same reference",
    (BatchState.UNKNOWN, BatchState.ACCEPTED): "looked up: Tango has it",
    (BatchState.UNKNOWN, BatchState.CONFLICT): "looked up: Tango has something else under this reference",
    (BatchState.UNKNOWN, BatchState.FINAL): "looked up: every line is final",
    (BatchState.ACCEPTED, BatchState.FINAL): "every line is final",
    (BatchState.ACCEPTED, BatchState.CONFLICT): "a look-up shows other totals or references than ours",
    (BatchState.CONFLICT, BatchState.ACCEPTED): "looked up again: totals and references are ours after all",
    (BatchState.CONFLICT, BatchState.FINAL): "looked up again: ours after all, and every line is final",
    (BatchState.FINAL, BatchState.ACCEPTED): "looked up again: a line is open once more",
    (BatchState.FINAL, BatchState.CONFLICT): "looked up again: other totals or references than ours",
    (BatchState.REFUSED, BatchState.ACCEPTED): "looked up before a retry: Tango has it after all",
    (BatchState.REFUSED, BatchState.FINAL): "looked up before a retry: Tango has it after all, and it is final",
    (BatchState.REFUSED, BatchState.CONFLICT): "looked up before a retry: Tango has something else under it",
    (BatchState.REPLACED, BatchState.CONFLICT): "looked up before a retry: Tango has the order that it refused",
}

# What a line is while nothing is known of it alone.
LINE_STATUS_OF_BATCH: dict[BatchState, RowStatus] = {
    BatchState.PLANNED: RowStatus.UNSENT,
    BatchState.SENDING: RowStatus.UNKNOWN,
    BatchState.UNKNOWN: RowStatus.UNKNOWN,
    BatchState.CONFLICT: RowStatus.UNKNOWN,
    BatchState.ACCEPTED: RowStatus.PENDING,
    BatchState.REFUSED: RowStatus.FAILED,
    BatchState.REPLACED: RowStatus.FAILED,
    BatchState.FINAL: RowStatus.UNKNOWN,
}

# A conflict is for a person, but looked at again by every run: it may have been one bad answer.
OPEN_BATCHES = frozenset(
    {BatchState.PLANNED, BatchState.SENDING, BatchState.UNKNOWN, BatchState.ACCEPTED, BatchState.CONFLICT}
)


def move(old: BatchState, new: BatchState) -> BatchState:
    """Return `new` if the table allows the move (staying put always is), else raise ValueError."""
    if old is not new and (old, new) not in BATCH_MOVES:
        raise ValueError(f"a batch cannot go from {old} to {new}")
    return new
