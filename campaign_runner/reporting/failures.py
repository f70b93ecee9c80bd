"""Which rows need a person, and what should that person do?  `failures.csv` and `failures.xlsx`.

The user's columns come first, so that the file can be repaired and handed in again; intake ignores `ADDED`.
"""

from __future__ import annotations

from typing import Any

from campaign_runner.lifecycle import NEEDS_ACTION
from campaign_runner.model import Books, StatedRows
from campaign_runner.reporting.sheetxml import Heading
from campaign_runner.reporting.table import ROW, SHEET, RowTable, original_cells, original_headings, place, texts

ADDED = ("Sheet", "Row", "Status", "Problem", "What to do")
_STATES = ("status", "reason", "remedy")


def table(books: Books) -> RowTable:
    """The rows that were rejected, held, failed or cancelled."""

    def columns(stated: StatedRows) -> list[Any]:
        few = _needing_action(stated)
        after = [texts(few.states[name]) for name in _STATES]
        return [*original_cells(books, few), *place(books, few), *after]

    added = (SHEET, ROW, *(Heading(title) for title in ADDED[2:]))
    rows = sum(books.rows.get(status, 0) for status in NEEDS_ACTION)
    return RowTable((*original_headings(books), *added), rows, len(books.columns) + ADDED.index("Status"), columns)


def _needing_action(stated: StatedRows) -> StatedRows:
    wanted = stated.states["status"].isin([status.value for status in NEEDS_ACTION]).to_numpy()
    return stated if wanted.all() else StatedRows(stated.cells[wanted], stated.states[wanted])
