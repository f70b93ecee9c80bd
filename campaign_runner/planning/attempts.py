"""How is a line that failed at Tango placed again?  As a new attempt under a new reference, linked to the first.

Tango refunds a failed line and asks for a new order. The new reference is a function of the first one and the number
of the attempt, so a repeated `retry` can never place an attempt twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from campaign_runner.model import Batch, LineItem, Order
from campaign_runner.planning import references
from campaign_runner.planning.bodies import batch, payloads_of
from campaign_runner.planning.single import renamed


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
    again: dict[int, list[tuple[LineItem, FailedLine]]] = {}
    for one in failed:
        line = replace(one.line, reference=next_reference(order, one))
        again.setdefault(one.attempt + 1, []).append((line, one))
    cut = _singly if order.endpoint == "orders" else _cut
    return [made for number, lines in sorted(again.items()) for made in cut(order, lines, number, batch_size)]


def next_reference(order: Order, failed: FailedLine) -> str:
    """What the next attempt of a failed line is sent under."""
    digest = references.derived(failed.line.identity, "attempt", str(failed.attempt + 1))
    return references.reference(order, digest)


def _cut(order: Order, lines: list[tuple[LineItem, FailedLine]], number: int, size: int) -> Iterable[Attempt]:
    ordered = sorted(lines, key=lambda pair: pair[0].reference)
    for start in range(0, len(ordered), size):
        portion = ordered[start : start + size]
        ready = [replace(line, payload=payloads_of(one.body)[one.line.reference]) for line, one in portion]
        yield Attempt(batch(order, ready, number), tuple(one.line_id for _, one in portion))


def _singly(order: Order, lines: list[tuple[LineItem, FailedLine]], number: int, _: int) -> Iterable[Attempt]:
    return (Attempt(renamed(one.body, line, number), (one.line_id,)) for line, one in lines)
