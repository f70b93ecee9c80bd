"""Which rows need a person, and what should that person do?  `failures.csv` and `failures.xlsx`.

The user's columns come first, so that the file can be repaired and handed in again; intake ignores `ADDED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.lifecycle import NEEDS_ACTION, RowStatus
from campaign_runner.model import Books, StatedRows
from campaign_runner.reporting.amountcells import in_numbers
from campaign_runner.reporting.sheetxml import Heading
from campaign_runner.reporting.table import ROW, SHEET, RowTable, original_cells, original_headings, place, texts

ADDED = ("Sheet", "Row", "Status", "Problem", "What to do")
_STATES = ("status", "reason", "remedy")
# What is said where nobody said anything better.
_REASONS = {
    RowStatus.REJECTED: "The row breaks a rule.",
    RowStatus.HELD: "The row is kept back until somebody decides.",
    RowStatus.FAILED: "Tango reported that the reward failed, and gave no reason.",
    RowStatus.CANCELLED: "The reward was cancelled at Tango.",
}
_REMEDIES = {
    RowStatus.REJECTED: "Correct the row and hand this file in again.",
    RowStatus.HELD: "Let it go with: campaign-runner release; or delete the row.",
    RowStatus.FAILED: "Have the cause mended, then place it again with: campaign-runner retry.",
    RowStatus.CANCELLED: "Ask whoever cancelled it whether this person is to be rewarded otherwise.",
}


def table(books: Books) -> RowTable:
    """The rows that were rejected, held, failed or cancelled."""

    def columns(stated: StatedRows) -> list[Any]:
        few = _needing_action(stated)
        status, reason, remedy = (texts(few.states[name]) for name in _STATES)
        after = [status, _unless_empty(reason, status, _REASONS), _unless_empty(remedy, status, _REMEDIES)]
        return [*original_cells(books, few), *place(books, few), *after]

    added = (SHEET, ROW, *(Heading(title) for title in ADDED[2:]))
    rows = sum(books.rows.get(status, 0) for status in NEEDS_ACTION)
    return RowTable(
        (*original_headings(books), *added), rows, len(books.columns) + ADDED.index("Status"), columns,
        lambda stated, columns: in_numbers(books, _needing_action(stated), columns, 0),
    )  # fmt: skip


def _unless_empty(words: Any, status: Any, otherwise: Mapping[RowStatus, str]) -> Any:
    """The words, or where they are empty what stands for the status."""
    for each, said in otherwise.items():
        silent = pc.and_(pc.equal(words, ""), pc.equal(status, each.value))
        words = pc.if_else(silent, pa.scalar(said, words.type), words) if pc.any(silent).as_py() else words
    return words


def _needing_action(stated: StatedRows) -> StatedRows:
    wanted = stated.states["status"].isin([status.value for status in NEEDS_ACTION]).to_numpy()
    return stated if wanted.all() else replace(stated, cells=stated.cells[wanted], states=stated.states[wanted])
