"""How do rows of the ledger become frames?  Column by column, as arrow text: a frame of objects took four times as long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from campaign_runner.ledger import row_status
from campaign_runner.ledger.corrections import Correction
from campaign_runner.model import CORRECTION_COLUMNS, PLACED_COLUMNS

Found = Sequence[tuple[object, ...]]
_NUMBERS = frozenset({"quantity", "face_units", "attempt", "units", "row"})
_STR: Any = pd.StringDtype("pyarrow", na_value=np.nan)


def states_frame(found: Found | dict[str, Any], index: pd.Index[Any]) -> pd.DataFrame:
    """`rows.STATED` tuples, or columns, as the states of these rows."""
    columns = dict(found) if isinstance(found, dict) else columns_of(found, row_status.STATED)
    numbers = pd.Index(np.asarray(columns.pop("row"), np.int64))
    places = numbers.get_indexer(index) if len(numbers) else np.full(len(index), -1)
    there = pa.array(places, pa.int64(), mask=places < 0)
    return _frame({name: cells.take(there).fill_null(_empty(name)) for name, cells in columns.items()}, index)


def placed_frame(found: Found | str) -> pd.DataFrame:
    """Rows of `PLACED_COLUMNS` as a frame."""
    columns = columns_of(found, PLACED_COLUMNS)
    return _frame(columns, pd.RangeIndex(len(columns["reference"])))


def corrections_frame(found: Sequence[Correction]) -> pd.DataFrame:
    """Corrections as a frame of `CORRECTION_COLUMNS`."""
    flat = [(*one.placed, one.at, one.row, *one.before, *one.after) for one in found]
    return _frame(columns_of(flat, CORRECTION_COLUMNS), pd.RangeIndex(len(flat)))


def columns_of(found: Found | str, names: Sequence[str]) -> dict[str, Any]:
    """Tuples, or for many rows CSV as `ledger.textrows` writes it, as arrow columns."""
    kinds = {name: pa.int64() if name in _NUMBERS else pa.large_string() for name in names}
    if isinstance(found, str):
        return _parsed(found, kinds)
    cells = zip(*found, strict=True) if found else ((),) * len(names)
    return {name: pa.array(column, kinds[name]) for name, column in zip(names, cells, strict=True)}


def _parsed(text: str, kinds: dict[str, Any]) -> dict[str, Any]:
    """CSV as arrow columns: "" in quotes is an empty text, without them no text at all."""
    data = text.encode()
    table = csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(column_names=list(kinds), block_size=len(data) + 1, use_threads=False),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=True,
                           quoted_strings_can_be_null=False, check_utf8=False),
    )  # fmt: skip
    return {name: table[name].combine_chunks() for name in kinds}


def _empty(name: str) -> int | str:
    return -1 if name in _NUMBERS else ""


def _frame(columns: dict[str, Any], index: pd.Index[Any]) -> pd.DataFrame:
    found = {
        name: cells.to_numpy() if name in _NUMBERS else _STR.__from_arrow__(cells) for name, cells in columns.items()
    }
    return pd.DataFrame(found, index=index, copy=False)
