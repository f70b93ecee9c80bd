"""How do rows of the ledger become frames?  Column by column, as arrow text: a frame of objects took four times as long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from campaign_runner.model import CORRECTION_COLUMNS, PLACED_COLUMNS
from campaign_runner.model.row_entry import STATED
from campaign_runner.model.stated_columns import NUMBERS, Found, columns_of, nothing_of

if TYPE_CHECKING:
    from campaign_runner.ledger.corrections import Correction

_STR: Any = pd.StringDtype("pyarrow", na_value=np.nan)


def states_frame(states: Found | dict[str, Any], index: pd.Index[Any]) -> pd.DataFrame:
    """`rows.STATED` tuples, or columns, as the states of these rows."""
    columns = dict(states) if isinstance(states, dict) else columns_of(states, STATED)
    numbers = pd.Index(np.asarray(columns.pop("row"), np.int64))
    places = numbers.get_indexer(index) if len(numbers) else np.full(len(index), -1)
    positions = pa.array(places, pa.int64(), mask=places < 0)
    return _frame({name: cells.take(positions).fill_null(nothing_of(name)) for name, cells in columns.items()}, index)


def placed_frame(lines: Found | str) -> pd.DataFrame:
    """Rows of `PLACED_COLUMNS` as a frame."""
    columns = columns_of(lines, PLACED_COLUMNS)
    return _frame(columns, pd.RangeIndex(len(columns["reference"])))


def corrections_frame(corrections: Sequence[Correction]) -> pd.DataFrame:
    """Corrections as a frame of `CORRECTION_COLUMNS`."""
    flat = [(*one.placed, one.at, one.row, *one.before, *one.after) for one in corrections]
    return _frame(columns_of(flat, CORRECTION_COLUMNS), pd.RangeIndex(len(flat)))


def _frame(columns: dict[str, Any], index: pd.Index[Any]) -> pd.DataFrame:
    frame_columns = {
        name: cells.to_numpy() if name in NUMBERS else _STR.__from_arrow__(cells) for name, cells in columns.items()
    }
    return pd.DataFrame(frame_columns, index=index, copy=False)
