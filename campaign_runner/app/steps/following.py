"""How are accepted orders followed with few requests?  By Tango's list, as long as it is available and proves right.

`placement.follow` decides; this holds what one run knows of the list, reads it when orders are due, and writes into the
ledger which of them wait. Where the list fails, saves nothing or is contradicted, every order is asked for by itself.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from campaign_runner.app.steps import order_list
from campaign_runner.ledger import Ledger, batches, due_orders
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.model import Order
from campaign_runner.model.errors import TangoStopped
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement import follow
from campaign_runner.placement.follow import FollowDecision


@dataclass
class Following:
    """The accepted orders of one campaign. `time` is in seconds since 1970."""

    ledger: Ledger
    campaign: int
    order: Order
    tango: order_list.OrderList
    time: Callable[[], float]
    wanted: Sequence[StoredBatch] = ()  # for these the list is to be read
    _reading: bool = False
    _ask: frozenset[int] = frozenset()
    _probes: frozenset[int] = frozenset()
    _contradicted: deque[bool] = field(default_factory=lambda: deque(maxlen=follow.REMEMBERED))
    _answers: int = 0  # since the list was read
    _next_at: float = 0.0

    def to_ask(self, due: Sequence[StoredBatch], busy: Collection[int], which: str = "all") -> list[StoredBatch]:
        """Those of the `due` batches that take a step now. Accepted ones are held back until the list was read, and are
        `wanted` where it is time to read it."""
        accepted = {batch.id for batch in due if batch.state is BatchState.ACCEPTED}
        chosen = accepted & self._ask
        if not accepted or not self.relied_on:
            return list(due)
        if not chosen and not self._reading:
            there = self._thought_of(busy, which)
            if len(there) < (follow.A_FEW if self._probes else follow.ENOUGH):
                return list(due)
            self.wanted = there if self.time() >= self._next_at else ()
        self._ask -= chosen
        now = [batch for batch in due if batch.id not in accepted or batch.id in chosen]
        return sorted(now, key=lambda batch: batch.id not in self._probes)  # while the list is fresh

    def once(self, looks: Sequence[StoredBatch]) -> Sequence[StoredBatch]:
        """Those of all batches to look at that are asked for by themselves; the list is read for the accepted ones."""
        accepted = [batch for batch in looks if batch.state is BatchState.ACCEPTED]
        if len(accepted) >= follow.ENOUGH and self.relied_on:
            self.heard(self.read(accepted))
        if len(accepted) < follow.ENOUGH or not self.relied_on:
            return looks
        return [batch for batch in looks if batch.state is not BatchState.ACCEPTED or batch.id in self._ask]

    @property
    def relied_on(self) -> bool:
        """Whether the list is asked at all; it is not for /orders, whose orders are final when they are placed."""
        left = self._doubted_until - self.time()
        return self.order.endpoint == "asyncOrders" and not 0 < left <= follow.DOUBTED

    @property
    def held(self) -> float:
        """In how many seconds the list may be read again."""
        return max(0.0, self._next_at - self.time()) if self.relied_on else 0.0

    def begin(self) -> Sequence[StoredBatch]:
        """The list is about to be read for these."""
        wanted, self.wanted, self._reading = self.wanted, (), True
        return wanted

    def read(self, orders: Sequence[StoredBatch]) -> FollowDecision | None:
        """Read the list and write down which orders wait; None where it says nothing of use. May be called by a thread."""
        try:
            words = order_list.listed(self.tango, self.order, pages=max(1, len(orders) // follow.ORDERS_A_PAGE))
        except TangoStopped:
            return None
        now = self.time()
        decision = follow.decide(orders, words, now)
        if decision:
            due_orders.postpone(self.ledger, decision.resting, now + decision.pause)
        return decision

    def heard(self, decision: FollowDecision | None) -> None:
        """The list was read."""
        self._reading = False
        if decision:
            self._ask, self._probes, self._answers = decision.ask, decision.probes, 0
            self._next_at = self.time() + decision.pause
        else:
            self._doubt()

    def asked(self, number: int, *, final: bool) -> None:
        """An order was asked for by itself; of those that the list shows as open, none should be final."""
        self._answers += 1
        if number not in self._probes or self._answers > follow.FRESH:
            return
        self._contradicted.append(final)
        if sum(self._contradicted) >= follow.CONTRADICTIONS:
            self._doubt()
        elif not final:  # its many looks are no reason to think of it later than of the others
            now = self.time()
            due_orders.postpone(self.ledger, [number], self._next_at if self._next_at > now else now + follow.LATEST)

    def _thought_of(self, busy: Collection[int], which: str) -> list[StoredBatch]:
        """Accepted orders that are due, or so soon that they need not be thought of apart."""
        soon, accepted = self.time() + follow.SOONEST, {BatchState.ACCEPTED}
        there = batches.due(self.ledger, self.campaign, math.inf, 1_000_000, accepted, which)
        return [
            batch for batch in there
            if batch.id not in busy and (batch.due_at <= soon or batch.id in self._probes)
        ]  # fmt: skip

    def _doubt(self) -> None:
        self._doubted_until = self.time() + follow.DOUBTED
        self._ask, self.wanted = frozenset(), ()
        due_orders.doubt_list(self.ledger, self.campaign, self._doubted_until)

    @cached_property
    def _doubted_until(self) -> float:
        return due_orders.list_doubted_until(self.ledger, self.campaign)
