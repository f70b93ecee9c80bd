"""What does somebody get who tries a plan out?  The smallest reward of it, in an order of its own that is in no books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from campaign_runner.model import Order
from campaign_runner.model.money import from_units, text
from campaign_runner.planning.bodies import line_item, order_body

METHOD = "EMAIL"


def trial_order(order: Order, reference: str, reward: Mapping[str, Any], recipient: Mapping[str, str]) -> bytes:
    """The exact bytes to send."""
    amount = orjson.Fragment(text(from_units(reward["units"])))
    payload = {
        **reward["looks"],
        "deliveryMethod": METHOD,
        "amount": amount,
        "quantity": 1,
        "recipient": dict(recipient),
    }
    item = line_item(f"{reference}-1", orjson.dumps(payload, option=orjson.OPT_SORT_KEYS))
    apart = replace(order, campaign=f"{order.campaign or order.campaign_id} (test)", purchase_order="", notes="")
    return order_body(apart, reference, [item])
