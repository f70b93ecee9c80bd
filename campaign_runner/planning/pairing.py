"""Which rows belong to which lines, one to one?  Joins over whole columns; equal ones pair up in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

Places = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
# What rows and lines agree in: a column of both, or one of the rows and one of the lines.
Column = str | tuple[str, str]


def paired(
    rows: pd.DataFrame, at: Places, lines: pd.DataFrame, of: Places, on: Sequence[Column]
) -> tuple[Places, Places]:
    """Places in `rows` and in `lines` that agree in the columns `on`; of both, only the places `at` and `of` count."""
    if not len(at) or not len(of):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    left, right = _keys(rows, at, on, 0), _keys(lines, of, on, 1)
    names = list(left)
    if left.duplicated().any() or right.duplicated().any():
        left["rank"], right["rank"] = (frame.groupby(names, sort=False).cumcount() for frame in (left, right))
        names.append("rank")
    left["row"], right["line"] = at, of
    both = left.merge(right, on=names)
    return both["row"].to_numpy(np.int64), both["line"].to_numpy(np.int64)


def among(rows: pd.DataFrame, at: Places, lines: pd.DataFrame, of: Places, on: Sequence[Column]) -> Places:
    """Of the places `at`, those of rows that agree with any line; nothing is used up."""
    if not len(at) or not len(of):
        return np.empty(0, np.int64)
    left, right = _keys(rows, at, on, 0), _keys(lines, of, on, 1).drop_duplicates()
    left["row"] = at
    kept: Places = left.merge(right, on=[name for name in left if name != "row"])["row"].to_numpy(np.int64)
    return np.sort(kept)


def is_in(rows: pd.DataFrame, lines: pd.DataFrame, on: Sequence[Column]) -> Mask:
    """Which rows agree with any line?"""
    mask = np.zeros(len(rows), bool)
    mask[among(rows, np.arange(len(rows)), lines, np.arange(len(lines)), on)] = True
    return mask


def places(mask: Any) -> Places:
    """Where it is true."""
    return np.flatnonzero(np.asarray(mask, bool))


def is_hash(frame: pd.DataFrame, kind: str) -> Mask:
    """Which of them have a hash of this kind at all: zeros stand for none."""
    hashed: Mask = ((frame[f"{kind}_hi"] != 0) | (frame[f"{kind}_lo"] != 0)).to_numpy(bool)
    return hashed


def _keys(frame: pd.DataFrame, at: Places, on: Sequence[Column], side: int) -> pd.DataFrame:
    """The columns, as numbers or plain texts, under short names."""
    names = [name if isinstance(name, str) else name[side] for name in on]
    columns = {f"k{number}": frame[name].array.take(at) for number, name in enumerate(names)}
    return pd.DataFrame(
        {
            name: np.asarray(column, object) if column.dtype == "category" else column
            for name, column in columns.items()
        },
        copy=False,
    )
