"""Which checks of a schema are broken, and in which rows?

The schema and every check are pandera's; what is left out is its own report of them, a frame per broken check, which
took longer than all checks together and which nobody reads here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from campaign_runner.validation.arrowtext import series

Marks = np.ndarray[Any, Any]
Numbers = np.ndarray[Any, Any]
Key = tuple[str, str, str]
# Cells that occur so often on average are looked at once; this many are asked first whether they do.
TIMES, SAMPLE = 4, 1_000


class Failure(NamedTuple):
    """One broken check of one column; without `check` the cells are empty where they must not be."""

    column: str
    check: Any
    rows: Numbers

    @property
    def rule(self) -> str:
        """The name that the rule book gives the check."""
        return str(getattr(self.check, "rule", "required"))

    def without(self, rows: set[int]) -> Failure:
        """The same, but for rows of which enough was said."""
        return self._replace(rows=self.rows[~np.isin(self.rows, list(rows))])


class CheckResults:
    """Some rows against the schemas of their shapes: a check that several schemas have is made once for all rows.

    `column` gives a column of the schemas as arrow text, `groups` are the schemas, each with a mark for its rows.
    """

    def __init__(self, column: Callable[[str], Any], groups: Sequence[tuple[Any, Marks]]) -> None:
        self._column = column
        self._texts: dict[str, tuple[Any, Marks]] = {}
        self._words: dict[str, Any] = {}
        self._wrong: dict[Key, Marks] = {}
        self._takers: dict[Key, Marks] = {}
        for schema, here in groups:
            for key in (_key(name, check) for name, column in schema.columns.items() for check in column.checks):
                self._takers[key] = self._takers[key] | here if key in self._takers else here

    def failures(self, schema: Any, here: Marks, numbers: Numbers) -> Iterator[Failure]:
        """All broken checks of one schema in its order; an error inside a check is a bug of ours and is raised."""
        for name, column in schema.columns.items():
            filled = self._text(name)[1]
            if not column.nullable and (lacking := here & ~filled).any():
                yield Failure(name, None, numbers[lacking])
            for check in column.checks if (here & filled).any() else ():
                if (wrong := self._of(name, check) & here).any():
                    yield Failure(name, check, numbers[wrong])

    def _text(self, name: str) -> tuple[Any, Marks]:
        """A column, and where it is filled."""
        if name not in self._texts:
            text = self._column(name)
            self._texts[name] = text, text.is_valid().to_numpy(zero_copy_only=False)
        return self._texts[name]

    def _of(self, name: str, check: Any) -> Marks:
        """Where a check is broken, among all rows that have it."""
        key = _key(name, check)
        if key not in self._wrong:
            text, filled = self._text(name)
            rows = self._takers[key] & filled
            self._wrong[key] = np.zeros(len(rows), bool)
            if name not in self._words:
                self._words[name] = _repeated(text)
            if (words := self._words[name]) is not None:
                wrong, codes = _broken(check, words.dictionary), words.indices.to_numpy(zero_copy_only=False)
                self._wrong[key][rows] = wrong[codes[rows].astype(np.int64)]
            else:
                self._wrong[key][rows] = _broken(check, text if rows.all() else text.filter(pa.array(rows)))
        return self._wrong[key]


def _broken(check: Any, text: Any) -> Marks:
    broken: Marks = ~check(series(text, pd.RangeIndex(len(text)))).check_output.to_numpy(dtype=bool)
    return broken


def _repeated(text: Any) -> Any:
    """A column by its distinct cells, if most cells occur several times: a check looks at each of them once."""
    if len(text.slice(0, SAMPLE).unique()) > SAMPLE // TIMES:
        return None
    coded = text.dictionary_encode()
    return coded if len(coded.dictionary) <= len(text) // TIMES else None


def _key(name: str, check: Any) -> Key:
    """What a check asks, whatever it says where it is broken."""
    return name, str(check.name), repr(check.statistics)
