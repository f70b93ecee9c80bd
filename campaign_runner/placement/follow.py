"""Which accepted orders are asked for now, and which can wait?  Tango's list tells of a page of orders in one request.

Pure: what the list says against what the ledger knows. The list decides when an order is asked for, never what became of
it. So whatever it gets wrong costs time or requests: it may lag behind, leave orders out (it does so with failed ones),
or show one twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.placement.run_state import seconds_of
from campaign_runner.tango.status_words import order_is_final

# Fewer orders than this are asked for one by one, for the list would save little; once it is read, it is down to a few.
ENOUGH, A_FEW = 10, 4
# A list that has more than one page for this many orders saves nothing either.
ORDERS_A_PAGE = 4
# Orders that the list shows as open can wait for a part of the time that they have been open, within these bounds.
PART, SOONEST, LATEST = 0.2, 5.0, 60.0
# Where some have moved, others are about to.
MOVING = 15.0
# This many of the orders that the list shows as open are asked for all the same, always the same ones: does the list move?
# What they say counts while the list is fresh: among the first this many answers after it.
PROBES, FRESH = 2, 6
# Of the last this many answers about them, how many say otherwise before the list is not relied on, and for how long.
REMEMBERED, CONTRADICTIONS = 4, 2
DOUBTED = 900.0
# An order that was not asked for in so long is, whatever the list shows.
UNASKED = 6 * 3600.0


@dataclass(frozen=True)
class FollowDecision:
    """The numbers of the batches to ask for (`probes` among them), those that wait, and in how many seconds the list is
    read again."""

    ask: frozenset[int]
    probes: frozenset[int]
    resting: frozenset[int]
    pause: float


def decide(orders: Sequence[StoredBatch], listed: Mapping[str, Collection[str]], now: float) -> FollowDecision | None:
    """What to do about accepted `orders`; None where the list knows none of them.

    `listed` has the order words of each reference that the list shows, `now` is in seconds since 1970.
    """
    if not any(order.reference in listed for order in orders):
        return None
    open_ = [order for order in orders if _is_open(listed.get(order.reference, ())) and not _is_unasked(order, now)]
    probes = {order.id for order in sorted(open_, key=lambda order: (-order.looks, order.id))[:PROBES]}
    resting = frozenset(order.id for order in open_ if order.id not in probes)
    ask = frozenset(order.id for order in orders) - resting
    pause = min(_pause(open_, now), MOVING if ask - probes else LATEST)
    return FollowDecision(ask, frozenset(probes), resting, pause)


def _is_open(words: Collection[str]) -> bool:
    """Whether the list shows an order as open, and nowhere as anything else: a word that nobody knows is asked about."""
    return bool(words) and all(order_is_final(word) is False for word in words)


def _is_unasked(order: StoredBatch, now: float) -> bool:
    return now - seconds_of(order.updated_at) >= UNASKED


def _pause(open_: Sequence[StoredBatch], now: float) -> float:
    ages = [now - seconds_of(order.sent_at) for order in open_]
    return min(LATEST, max(SOONEST, PART * sum(ages) / len(ages))) if ages else SOONEST
