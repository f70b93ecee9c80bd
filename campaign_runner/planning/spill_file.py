"""Where do the numbers of a million rows wait for the last row?  In a temporary file, where they cost no memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from campaign_runner.model.scratch_file import scratch_file

Numbers = np.ndarray[Any, Any]


class Spool:
    """Takes columns of equal length, part after part, and gives one frame of all of them.

    A column is an array of numbers, or dictionary-encoded text, of which the file has the codes.
    """

    def __init__(self) -> None:
        self._file: Any = scratch_file(self)
        self._kinds: dict[str, np.dtype[Any]] = {}
        self._words: dict[str, dict[str, int]] = {}
        self._parts: list[tuple[int, int]] = []

    def add(self, columns: Mapping[str, Any]) -> None:
        """Put a part aside; all parts have the same columns."""
        numbers = {name: self._numbers(name, column) for name, column in columns.items()}
        self._kinds = self._kinds or {name: column.dtype for name, column in numbers.items()}
        self._parts.append((self._file.seek(0, 2), len(next(iter(numbers.values())))))
        for name, kind in self._kinds.items():
            self._file.write(np.ascontiguousarray(numbers[name], kind).data)

    def frame(self) -> pd.DataFrame:
        """All parts, in the order in which they came; each column is read by itself, so that none is there twice."""
        return pd.DataFrame({name: self._column(name) for name in self._kinds}, copy=False)

    def _column(self, name: str) -> Any:
        kind, place = self._kinds[name], 0
        column = np.empty(sum(rows for _, rows in self._parts), kind)
        before = sum(self._kinds[other].itemsize for other in list(self._kinds)[: list(self._kinds).index(name)])
        for start, rows in self._parts:
            self._file.seek(start + before * rows)
            self._file.readinto(column[place : place + rows].data.cast("B"))
            place += rows
        if name not in self._words:
            return column
        return pd.Categorical.from_codes(column, pd.Index(list(self._words[name])))

    def _numbers(self, name: str, column: Any) -> Numbers:
        if not isinstance(column, pa.DictionaryArray):
            return np.asarray(column)
        known = self._words.setdefault(name, {})
        codes = [known.setdefault(word, len(known)) for word in column.dictionary.to_pylist()]
        numbers: Numbers = np.asarray(codes, np.int32).take(column.indices.to_numpy())
        return numbers
