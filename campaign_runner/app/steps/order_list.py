"""Which orders of this campaign does Tango list, and how do they stand?  The one reader of its list, for all who ask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from campaign_runner.model import ListedOrder, Order
from campaign_runner.tango.call_limits import LIMITS


class OrderList(Protocol):
    """The question."""

    def list_orders(self, campaign: str, *, pages: int = ...) -> Iterable[ListedOrder]:
        """All orders of a campaign name, in at most this many pages; raises TangoStopped."""
        ...


def listed(tango: OrderList, order: Order, *, pages: int = LIMITS["list"].pages) -> dict[str, set[str]]:
    """The orders of this campaign that Tango lists, in its order, each with its word, or its words where it is listed
    several times. Other programs may use the same campaign name: theirs are left out. Raises TangoStopped."""
    ours = re.compile(rf"{re.escape(order.campaign_id)}-[0-9a-f]{{32}}")
    words: dict[str, set[str]] = {}
    for one in tango.list_orders(order.campaign, pages=pages):
        if ours.fullmatch(one.reference):
            words.setdefault(one.reference, set()).add(one.status)
    return words
