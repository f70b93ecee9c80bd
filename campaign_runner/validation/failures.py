"""Which checks did pandera find broken, and in which rows?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandera.errors import SchemaErrorReason, SchemaErrors


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
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as broken:
        return [_failure(error) for error in broken.schema_errors]
    return []


def _failure(error: Any) -> Failure:
    column = str(error.schema.name)
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return Failure(column, None, error.failure_cases["index"].to_numpy())
    if error.reason_code is not SchemaErrorReason.DATAFRAME_CHECK or error.check_output is None:
        raise error
    right = error.check_output
    return Failure(column, error.check, right.index.to_numpy()[~right.to_numpy(dtype=bool)])
