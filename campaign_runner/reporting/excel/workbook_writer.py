"""How is a long workbook written fast that is pleasant to work in?

XlsxWriter makes everything but the rows (widths, frozen header, filters, colours, further sheets), once to know what
comes before the rows and once more, when their number is known, for what comes after; a few rows wait for the second.
The rows go straight from arrow into the zip. So memory stays flat and a million rows take seconds.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

from campaign_runner.reporting.excel.cell_marks import Cell, MarkStyles, marked
from campaign_runner.reporting.excel.cell_notes import AUTHOR
from campaign_runner.reporting.excel.many_notes import parts, samples
from campaign_runner.reporting.excel.sheet_xml import Heading, rows_xml
from campaign_runner.reporting.table import EXCEL_ROWS

STATUS_COLOURS = {
    "completed": ("#C6EFCE", "#0B5A1E"),
    "pending": ("#DDEBF7", "#1F4E79"),
    "unsent": ("#EDEDED", "#3A3A3A"),
    "unknown": ("#FFE699", "#7F4F00"),
    "held": ("#FFEB9C", "#7F4F00"),
    "rejected": ("#FFC7CE", "#9C0006"),
    "failed": ("#FFC7CE", "#9C0006"),
    "cancelled": ("#E4DFEC", "#4B3A6B"),
    "matched": ("#C6EFCE", "#0B5A1E"),
    "different": ("#FFC7CE", "#9C0006"),
    "missing": ("#FFC7CE", "#9C0006"),
    "extra": ("#FFC7CE", "#9C0006"),
}
# What people typed (a header, a name) is text, whatever it looks like: a formula is written by `write_formula` alone.
PLAIN_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
HEADER = {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "valign": "vcenter", "num_format": "@"}
_SHEET, _STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
_NOTE_SIZE = {"width": 320, "height": 120, "author": AUTHOR}
MAX_NOTES = 10_000
_ROWS_END = b"</sheetData>"
_FAST = 3
_A4 = 9
_PAGE_WIDTH = 160  # this many characters side by side can be read on paper
_ROWS_AT_ONCE = 10_000
_PACKING_AT_ONCE = 3
_ZIP64_FROM = 2**31 - 2**24
_MOST_XML, _CELL_XML = 8, 120  # bytes that a byte of a cell, and what stands round a cell, takes at the most


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet of rows; without a status, `status_column` is -1. `more(book, rows)` adds further sheets behind it, once the
    number of rows is known; `properties` are the document's own. `notes(columns, row)` are the comments at cells that are
    to be marked, by row number and position, of rows of which the first has this number."""

    name: str
    headings: tuple[Heading, ...]
    status_column: int
    expected_rows: int = 0
    more: Callable[[Any, int], None] | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    notes: Callable[[Sequence[Any], int], Mapping[Cell, str]] | None = None


class WorkbookFile:
    """A `Sink` of one long sheet (and perhaps further ones); widths follow the first rows that are added."""

    def __init__(self, path: Path, plan: SheetPlan) -> None:
        self._plan = plan
        self._zip = ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_FAST)
        self._stream: IO[bytes] | None = None
        self._packer = ThreadPoolExecutor(max_workers=1)
        self._packing: deque[Future[int]] = deque()
        self._kinds = [heading.kind for heading in plan.headings]
        self._styles: list[int] = []
        self._widths: list[float] = [width_of(heading.title, []) for heading in plan.headings]
        self._next = 2
        self._held: Sequence[Any] = ()
        self._notes: dict[Cell, str] = {}
        self._marks: MarkStyles | None = None

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        if not len(columns[0]):
            return
        if self._stream is None and not self._held:
            titles = [heading.title for heading in self._plan.headings]
            few = [column.slice(0, 200).to_pylist() for column in columns]
            self._widths = [width_of(title, cells) for title, cells in zip(titles, few, strict=True)]
            if not self._plan.notes and self._plan.expected_rows <= len(columns[0]) <= _ROWS_AT_ONCE:
                self._held = columns  # in all likelihood these are all: then everything round them is made once
                return
        if self._stream is None:
            first, self._held = self._held, ()
            self._begin(first or columns, self._skeleton(further=bool(self._plan.notes)))
            self._write(first)
        self._write(columns)

    def close(self) -> None:
        """Finish the file."""
        self._next += len(self._held[0]) if self._held else 0
        whole = self._skeleton()
        if self._stream is None:
            self._begin(self._held, whole)
            self._next = 2
            self._write(self._held)
        assert self._stream is not None
        while self._packing:
            self._packing.popleft().result()
        self._packer.shutdown()
        with ZipFile(whole) as skeleton:
            self._stream.write(_ROWS_END + skeleton.read(_SHEET).partition(_ROWS_END)[2])
            self._stream.close()
            of_notes = parts(self._notes) if self._notes else {}
            for name in skeleton.namelist():
                if name == _STYLES and self._marks:
                    self._zip.writestr(name, self._marks.text())
                elif name in of_notes:
                    self._zip.writestr(name, of_notes[name](skeleton.read(name).decode()))
                elif name != _SHEET:
                    self._zip.writestr(name, skeleton.read(name))
        self._zip.close()

    def _write(self, columns: Sequence[Any]) -> None:
        for start in range(0, len(columns[0]) if columns else 0, _ROWS_AT_ONCE):
            part = [column.slice(start, _ROWS_AT_ONCE) for column in columns]
            self._send(self._marked(part, rows_xml(part, self._kinds, self._styles, self._next)))
            self._next += len(part[0])

    def _marked(self, part: Sequence[Any], xml: memoryview) -> memoryview | bytes:
        """The rows with their faulty cells filled; what the comments say is kept for the end."""
        if not self._plan.notes or not self._marks or len(self._notes) >= MAX_NOTES:
            return xml
        notes = dict(islice(self._plan.notes(part, self._next).items(), MAX_NOTES - len(self._notes)))
        self._notes |= notes
        rows: dict[int, dict[int, str]] = {}
        for row, position in notes:
            rows.setdefault(row, {})[position] = "error"
        return marked(bytes(xml), rows, self._marks) if rows else xml

    def _send(self, xml: memoryview | bytes) -> None:
        """Compress in the background: that takes as long as making the rows."""
        assert self._stream is not None
        if len(self._packing) >= _PACKING_AT_ONCE:
            self._packing.popleft().result()
        self._packing.append(self._packer.submit(self._stream.write, xml))

    def _begin(self, columns: Sequence[Any], around: BytesIO) -> None:
        with ZipFile(around) as skeleton:
            before = skeleton.read(_SHEET).partition(_ROWS_END)[0]
            styles = skeleton.read(_STYLES).decode()
        before = re.sub(rb'<dimension ref="[^"]*"/>', b"", before)
        self._styles = _column_styles(before)
        self._marks = MarkStyles(styles, self._styles) if self._plan.notes else None
        self._stream = self._zip.open(_SHEET, "w", force_zip64=self._is_huge(columns))
        self._stream.write(before)

    def _is_huge(self, columns: Sequence[Any]) -> bool:
        """Whether the sheet may pass the 2 GiB from which on a zip needs its larger form."""
        if not columns:
            return False
        sample = [column.slice(0, 1000) for column in columns]
        each = _MOST_XML * (sum(column.nbytes for column in sample) / len(sample[0]) + _CELL_XML * len(sample))
        if each * self._plan.expected_rows < _ZIP64_FROM:
            return False
        size = len(rows_xml(sample, self._kinds, self._styles, 2)) / len(sample[0])
        return 1.5 * size * self._plan.expected_rows > _ZIP64_FROM

    def _skeleton(self, *, further: bool = True) -> BytesIO:
        """The workbook with its header row alone; without `further` sheets, of which only the styles of notes know."""
        buffer = BytesIO()
        book = xlsxwriter.Workbook(buffer, PLAIN_TEXT)
        for name, text in self._plan.properties.items():
            book.set_custom_property(name, text, "text")
        sheet = book.add_worksheet(self._plan.name)
        self._head(book, sheet)
        last = max(self._next - 2, 1)
        sheet.autofilter(0, 0, last, len(self._plan.headings) - 1)
        _colour(book, sheet, self._plan.status_column, last)
        for (row, position), text in samples(self._notes).items():
            sheet.write_comment(row - 1, position, text, _NOTE_SIZE)
        if self._plan.more and further:
            self._plan.more(book, self._next - 2)
        book.close()
        return buffer

    def _head(self, book: Any, sheet: Any) -> None:
        header = book.add_format(HEADER)
        for position, (heading, width) in enumerate(zip(self._plan.headings, self._widths, strict=True)):
            wrap = {"text_wrap": True, "valign": "top"} if heading.wrap else {}
            look = book.add_format({"num_format": heading.number_format, **wrap})
            sheet.set_column(position, position, width, look)
            sheet.write_string(0, position, heading.title, header)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 20)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(max(1, round(sum(self._widths) / _PAGE_WIDTH)), 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&F&RPage &P of &N")
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})


def _column_styles(head: bytes) -> list[int]:
    """The style number of each column, as XlsxWriter gave them out."""
    styles: list[int] = []
    for column in re.findall(rb"<col [^>]*/>", head):
        attributes = dict(re.findall(rb'(\w+)="([^"]*)"', column))
        styles += [int(attributes.get(b"style", 0))] * (int(attributes[b"max"]) - int(attributes[b"min"]) + 1)
    return styles


def _colour(book: Any, sheet: Any, column: int, last: int) -> None:
    """One rule per status for the whole column, instead of a style per cell."""
    for status, (fill, ink) in STATUS_COLOURS.items() if column >= 0 else ():
        look = book.add_format({"bg_color": fill, "font_color": ink})
        rule = {"type": "cell", "criteria": "==", "value": f'"{status}"', "format": look}
        sheet.conditional_format(1, column, last, column, rule)


def width_of(header: str, cells: Sequence[str]) -> float:
    """Wide enough for what the column holds, within reason."""
    return min(60, max([8, len(header) + 4, *(len(cell) + 2 for cell in cells)]))
