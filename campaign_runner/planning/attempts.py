"""How is a line that failed at Tango placed again?  As a new attempt under a new reference, linked to the first.

Tango refunds a failed line and asks for a new order. The new reference is a function of the first one and the number
of the attempt, so a repeated `retry` can never place an attempt twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from campaign_runner.model import Batch, LineItem, Order
from campaign_runner.planning import references
from campaign_runner.planning.bodies import batch, payloads_of


class FailedLine(Protocol):
    """A line of the ledger that failed in its newest attempt; `body` is the order that it was sent in."""

    @property
    def line_id(self) -> int:
        """Its number in the ledger."""
        ...

    @property
    def attempt(self) -> int:
        """Which attempt failed."""
        ...

    @property
    def line(self) -> LineItem:
        """The line, without its payload."""
        ...

    @property
    def body(self) -> bytes:
        """The order that it was sent in."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """A new batch with, in its order, the ledger numbers of its lines."""

    batch: Batch
    line_ids: tuple[int, ...]


def attempt_again(order: Order, failed: Iterable[FailedLine], batch_size: int) -> list[Attempt]:
    """New batches for failed lines, ordered by their new references; lines of unlike attempts do not mix."""
    again: dict[int, list[tuple[LineItem, int]]] = {}
    for one in failed:
        payload = payloads_of(one.body)[one.line.reference]
        number = one.attempt + 1
        digest = references.derived(one.line.identity, "attempt", str(number))
        line = replace(one.line, reference=references.reference(order, digest), payload=payload)
        again.setdefault(number, []).append((line, one.line_id))
    return [made for number, lines in sorted(again.items()) for made in _cut(order, lines, number, batch_size)]


def _cut(order: Order, lines: list[tuple[LineItem, int]], number: int, size: int) -> Iterable[Attempt]:
    ordered: Sequence[tuple[LineItem, int]] = sorted(lines, key=lambda pair: pair[0].reference)
    for start in range(0, len(ordered), size):
        some = ordered[start : start + size]
        yield Attempt(batch(order, [line for line, _ in some], number), tuple(line_id for _, line_id in some))
