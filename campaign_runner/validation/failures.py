"""Which checks of a schema are broken, and in which rows?

The schema and every check are pandera's; what is left out is its own report of them, a frame per broken check, which
took longer than all checks together and which nobody reads here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


class Failure(NamedTuple):
    """One broken check of one column; without `check` the cells are empty where they must not be."""

    column: str
    check: Any
    rows: np.ndarray[Any, Any]

    @property
    def rule(self) -> str:
        """The name that the rule book gives the check."""
        return str(getattr(self.check, "rule", "required"))

    def without(self, rows: set[int]) -> Failure:
        """The same, but for rows of which enough was said."""
        return self._replace(rows=np.array([row for row in self.rows.tolist() if row not in rows], dtype=np.int64))


def failures_of(schema: Any, frame: pd.DataFrame) -> list[Failure]:
    """All broken checks in the order of the schema; an error inside a check is a bug of ours and is raised."""
    return [
        failure
        for name, column in schema.columns.items()
        if name in frame.columns
        for failure in _failures(name, column, frame[name])
    ]


def _failures(name: str, column: Any, cells: pd.Series[Any]) -> Iterator[Failure]:
    empty = cells.isna().to_numpy()
    if empty.any():
        if not column.nullable:
            yield Failure(name, None, cells.index.to_numpy()[empty])
        cells = cells[~empty]
    for check in column.checks:
        right = check(cells).check_output.to_numpy(dtype=bool)
        if not right.all():
            yield Failure(name, check, cells.index.to_numpy()[~right])
