"""What became of every row?  `results.csv` and `results.xlsx`, for HR."""

from __future__ import annotations

from typing import Any

from campaign_runner.model import Books, StatedRows
from campaign_runner.reporting.excel.amount_cells import in_numbers
from campaign_runner.reporting.excel.sheet_xml import Heading
from campaign_runner.reporting.table import ROW, SHEET, RowTable, original_cells, original_headings, place, texts

BEFORE = ("Sheet", "Row")
AFTER = ("Status", "Reason", "externalRefLineItemID", "externalRefID", "referenceOrderID", "Updated at")
_STATES = ("status", "reason", "reference", "order_reference", "tango_order_id", "updated_at")


def table(books: Books) -> RowTable:
    """Sheet, Row, the user's columns, then what happened."""

    def columns(stated: StatedRows) -> list[Any]:
        after = [texts(stated.states[name]) for name in _STATES]
        return [*place(books, stated), *original_cells(books, stated), *after]

    headings = (SHEET, ROW, *original_headings(books), *(Heading(title) for title in AFTER))
    return RowTable(
        headings, books.total_rows, headings.index(Heading("Status"), 2 + len(books.columns)), columns,
        lambda stated, columns: in_numbers(books, stated, columns, len(BEFORE)),
    )  # fmt: skip
