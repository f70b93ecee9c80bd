"""How is a long workbook written that is pleasant to work in?  Text cells, frozen header, filters, colours by status.

Every cell is text, so that IDs, ZIP codes and phone numbers stay what they are and no cell can be run as a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from campaign_runner.reporting.limits import EXCEL_ROWS

STATUS_COLOURS = {
    "completed": ("#C6EFCE", "#0B5A1E"),
    "pending": ("#DDEBF7", "#1F4E79"),
    "unsent": ("#EDEDED", "#3A3A3A"),
    "unknown": ("#FFE699", "#7F4F00"),
    "held": ("#FFEB9C", "#7F4F00"),
    "rejected": ("#FFC7CE", "#9C0006"),
    "failed": ("#FFC7CE", "#9C0006"),
    "cancelled": ("#E4DFEC", "#4B3A6B"),
}
_HEADER = {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "valign": "vcenter", "num_format": "@"}


class WorkbookFile:
    """A `Sink` of one sheet; widths follow the first rows that are added."""

    def __init__(self, path: Path, headers: Sequence[str], sheet: str, status_column: int) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._sheet = self._book.add_worksheet(sheet)
        self._headers = headers
        self._status = status_column
        self._next = 0

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        if not self._next:
            self._begin(columns)
        write, number = self._sheet.write_string, self._next
        for cells in zip(*(column.to_pylist() for column in columns), strict=True):
            for position, cell in enumerate(cells):
                if cell:
                    write(number, position, cell)
            number += 1
        self._next = number

    def close(self) -> None:
        """Finish the file."""
        if not self._next:
            self._begin([[] for _ in self._headers])
        self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(self._headers) - 1)
        self._colour()
        self._book.close()

    def _begin(self, columns: Sequence[Any]) -> None:
        text, header = self._book.add_format({"num_format": "@"}), self._book.add_format(_HEADER)
        for position, column in enumerate(columns):
            width = width_of(self._headers[position], [str(cell) for cell in column[:200]])
            self._sheet.set_column(position, position, width, text)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_row(0, 20)
        for position, title in enumerate(self._headers):
            self._sheet.write_string(0, position, title, header)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})
        self._next = 1

    def _colour(self) -> None:
        """One rule per status for the whole column, instead of a style per cell."""
        for status, (fill, ink) in STATUS_COLOURS.items():
            look = self._book.add_format({"bg_color": fill, "font_color": ink})
            rule = {"type": "cell", "criteria": "==", "value": f'"{status}"', "format": look}
            self._sheet.conditional_format(1, self._status, max(self._next - 1, 1), self._status, rule)


def width_of(header: str, cells: Sequence[str]) -> float:
    """Wide enough for what the column holds, within reason."""
    return min(60, max(8, len(header) + 4, *(len(cell) + 2 for cell in cells))) if cells else max(8, len(header) + 4)
