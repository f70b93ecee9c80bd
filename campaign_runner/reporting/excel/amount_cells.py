"""Which amounts of the user's own columns can be added up in a workbook?  Those that were checked, however typed.

`1,250.00`, `$25.00` and `12,50` become numbers where the books know their worth; whatever was not understood as an
amount stays as it was typed. The CSV reports keep the text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Books, StatedRows
from campaign_runner.model.money import UNITS

_PLAIN = r"^[0-9]{1,9}(?:\.[0-9]{1,2})?$"


_DECIMAL_COMMA = r"^[0-9.]*,[0-9]{1,2}$"


_NO_AMOUNT = r"[-\x{2212}(%]"


def in_numbers(books: Books, stated: StatedRows, columns: list[Any], before: int) -> list[Any]:
    """The columns of a report with their checked amounts as plain numbers; `before`: how many stand before the user's
    own."""
    at = next((before + n for n, column in enumerate(books.columns) if column.field == "amount"), None)
    if at is None or not len(columns[at]):
        return columns
    return [*columns[:at], _numbers(columns[at], stated.states["units"].to_numpy()), *columns[at + 1 :]]


def _numbers(texts: Any, units: Any) -> Any:
    bare = pc.replace_substring_regex(texts, r"[^0-9.,]", "")
    with_comma = pc.match_substring_regex(bare, _DECIMAL_COMMA)
    swapped = pc.replace_substring(pc.replace_substring(bare, ".", ""), ",", ".")
    plain = pc.if_else(with_comma, swapped, pc.replace_substring(bare, ",", ""))
    readable = pc.and_not(pc.match_substring_regex(plain, _PLAIN), pc.match_substring_regex(texts, _NO_AMOUNT))
    values = pc.cast(pc.if_else(readable, plain, "0"), pa.float64()).to_numpy(zero_copy_only=False)
    each = np.round(values * UNITS).astype(np.int64)
    known = (each > 0) & (units > 0) & (units % np.maximum(each, 1) == 0)  # the books know quantity times amount
    number = pc.replace_substring_regex(pc.replace_substring_regex(plain, r"(\.[0-9]*?)0+$", r"\1"), r"\.$", "")
    number = pc.replace_substring_regex(number, r"^0+([0-9])", r"\1")
    return pc.if_else(pa.array(known), number, texts)
