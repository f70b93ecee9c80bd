"""How are the rows of a file read with their states?  Page by page; of a file that was checked, those with problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from campaign_runner.model import BookPages, RawTable, StatedRows
from campaign_runner.model.stated_columns import Found
from campaign_runner.reconciliation.frames import states_frame

Between = Callable[[int, int], Found | dict[str, Any]]


@dataclass(frozen=True)
class DraftPages(BookPages):
    """Of a file that was checked: the rows that need a person; `unwell` as in `foresee`."""

    table: RawTable
    unwell: Between

    def stated(self) -> Iterator[StatedRows]:
        """Those rows alone."""
        return file_rows(self.table, self.unwell, only_stated=True)


def file_rows(table: RawTable, between: Between, *, only_stated: bool = False) -> Iterator[StatedRows]:
    """The rows of a file with their states; `only_stated`: only those of which `between` tells."""
    for raw in table.chunks():
        index = raw.cells.index
        if index.empty:
            continue
        states, cells = between(int(index.min()), int(index.max())), raw.cells
        if only_stated and isinstance(states, dict):
            cells = cells.iloc[np.sort(index.get_indexer(states["row"].to_numpy()))]
        yield StatedRows(cells, states_frame(states, cells.index), original_rows=raw.original_rows)
