"""What are the rejected rows worth?  The books count their amounts too, where they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model.money import UNITS

_READABLE = r"^[0-9]{1,9}\.[0-9]{2}$"
_COUNTABLE = r"^[0-9]{1,6}$"


def worth_of(fields: Mapping[str, Any], index: pd.Index[Any], rows: Any) -> dict[int, int]:
    """Quantity times face value in ten-thousandths, by row number; `rows` is a mask."""
    if not rows.any():
        return {}
    mask = pa.array(rows)
    amount = fields["amount"].filter(mask)
    quantity = fields["quantity"].filter(mask) if "quantity" in fields else pa.nulls(len(amount), amount.type)
    quantity = pc.fill_null(quantity, "1")
    readable = pc.and_(pc.match_substring_regex(amount, _READABLE), pc.match_substring_regex(quantity, _COUNTABLE))
    readable = readable.fill_null(False)
    cents = pc.replace_substring(amount.filter(readable), ".", "").cast(pa.int64())
    units = pc.multiply(pc.multiply(cents, UNITS // 100), quantity.filter(readable).cast(pa.int64()))
    numbers = index[rows][readable.to_numpy(zero_copy_only=False)]
    return dict(zip(numbers.tolist(), units.to_pylist(), strict=True))
