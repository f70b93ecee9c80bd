"""What of the clean rows must be remembered to tell afterwards what is unusual?  Two numbers a row, no names.

The numbers serve to find rows that are alike within one pass, and are kept nowhere.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Problem, RawTable

_NAMES = ("recipient.firstName", "recipient.lastName")
DELIVERY = "deliveryDate"
_WEEKEND = ("Saturday", "Sunday")


def witnessed(rows: pd.DataFrame) -> pd.DataFrame | None:
    """The columns row, name and mailbox (0: none) of some clean rows; None where the file has neither.

    A first name alone says nothing, a mailbox does.
    """
    named = all(name in rows for name in _NAMES)
    if not named and "recipient.email" not in rows:
        return None
    frame = pd.DataFrame({"row": rows.index.to_numpy(), "name": 0})
    if named:
        names = pc.binary_join_element_wise(*(pc.utf8_lower(_text(rows[name])) for name in _NAMES), " ")
        frame["name"] = _numbers(names)
    frame["mailbox"] = _numbers(_mailbox(_text(rows["recipient.email"]))) if "recipient.email" in rows else 0
    return frame


def weekends(rows: pd.DataFrame, table: RawTable) -> list[Problem]:
    """Delivery dates on which offices are closed, as warnings."""
    if DELIVERY not in rows or not rows[DELIVERY].notna().any():
        return []
    days = {day: pd.Timestamp(day[:10]).day_name() for day in rows[DELIVERY].dropna().unique()}
    late = rows[DELIVERY][rows[DELIVERY].map(days).isin(_WEEKEND)]
    column = table.column_of(DELIVERY)
    return [
        Problem(row, column, f"{DELIVERY}:weekend", day, f"is a {days[day]}.", "Choose a working day.", "warning")
        for row, day in zip(late.index.tolist(), late.tolist(), strict=True)
    ]


def _mailbox(emails: pa.Array) -> pa.Array:
    """Where a message ends up: without case, without what follows a + and without points before the @."""
    parts = pc.split_pattern(pc.utf8_lower(emails), "@", max_splits=1)
    local = pc.replace_substring(pc.replace_substring_regex(pc.list_element(parts, 0), r"\+.*$", ""), ".", "")
    domain = pc.replace_substring_regex(pc.list_element(parts, 1), r"^googlemail\.com$", "gmail.com")
    return pc.binary_join_element_wise(local, domain, "@")


def _numbers(texts: pa.Array) -> Any:
    hashes = pd.util.hash_array(texts.fill_null("").to_numpy(zero_copy_only=False), categorize=False)
    hashes[pc.is_null(texts).to_numpy(zero_copy_only=False)] = 0
    return hashes


def _text(column: pd.Series[Any]) -> pa.Array:
    array = pa.array(column, from_pandas=True)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.string())
