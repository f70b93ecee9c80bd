"""How do amounts keep their digits when a body is read again?  Numbers stay text: they never become a float."""

from __future__ import annotations

from decimal import Decimal

import orjson


def digits(number: str) -> orjson.Fragment:
    """For `json.loads(parse_float=…)`: the number as it was written."""
    Decimal(number)  # what is not a number would raise here, before it gets into an order
    return orjson.Fragment(number.encode())
