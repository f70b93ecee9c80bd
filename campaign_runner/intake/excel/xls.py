"""What does a workbook of Excel 97 to 2003 hold?  Its records, one by one: values, formats, what is hidden or merged.

calamine reads such files too, but a damaged one can make it ask for more memory than there is, which ends the program.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import time, timedelta
from functools import partial
from pathlib import Path

from campaign_runner.intake.cells import typed
from campaign_runner.intake.cells.format_codes import Look, look
from campaign_runner.intake.cells.marks import Typed
from campaign_runner.intake.excel.biff import Reader, Record, RecordKind, records
from campaign_runner.intake.excel.compound import workbook_stream
from campaign_runner.intake.excel.serial_dates import moment
from campaign_runner.intake.file_kinds import broken, protected
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Grid, Row
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.scan import Scan
from campaign_runner.intake.sheets import PROBLEMS_SHEET, Sheet, assemble, block, choose
from campaign_runner.model.errors import FileUnusable

_BIFF8 = 0x0600
_COLUMNS = 256
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_EMPTY, _ON_LOAD = 3, 0x02  # of a formula: its result is no text, it is to be worked out when the file is opened
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_CELLS = (
    RecordKind.NUMBER,
    RecordKind.RK,
    RecordKind.MUL_RK,
    RecordKind.LABEL,
    RecordKind.RICH_LABEL,
    RecordKind.LABEL_OF_STRINGS,
    RecordKind.BOOL_OR_ERROR,
)


def open_xls(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The sheet asked for, or the first visible one."""
    stream = workbook_stream(path.read_bytes())
    try:
        book = _Book(path, stream)
        for at, (entry, start) in enumerate(book.sheets):
            entry.filled = any(record.kind in _CELLS for record in records(stream, start))
            entry.ours = at == 0 and entry.name == PROBLEMS_SHEET
            entry.head = partial(_first_rows, book, stream, start)
        sheets = [entry for entry, _ in book.sheets]
        chosen = choose(path.name, sheets, sheet, known)
        start = next(start for entry, start in book.sheets if entry is chosen)
        found = _SheetReader(book, records(stream, start))
    except (struct.error, IndexError, OverflowError, ValueError):
        raise FileUnusable(broken(path)) from None
    rows = [(row + 1, found.row(row)) for row in sorted(found.cells)]
    blocks = [block(rows[at : at + ROWS_PER_BLOCK]) for at in range(0, len(rows), ROWS_PER_BLOCK)]
    return assemble(chosen, sheets, blocks, found.finished(), known)


def _first_rows(book: _Book, stream: bytes, start: int) -> tuple[Row, ...]:
    """The first rows that are not blank; records stand in the order of their rows."""
    found = _SheetReader(book, records(stream, start), at_most=HEAD_ROWS)
    return tuple((row + 1, tuple(found.row(row))) for row in sorted(found.cells)[:HEAD_ROWS])


class _Book:
    """What stands before the sheets: their list, the shared strings, the number formats."""

    def __init__(self, path: Path, stream: bytes) -> None:
        self.sheets: list[tuple[Sheet, int]] = []
        self.strings: list[str] = []
        self.formats: dict[int, str] = {}
        self.cell_formats: list[int] = []
        self.counts_1904 = self.was_calculated = False
        first = next(records(stream, 0), None)
        if not first or first.kind != RecordKind.BEGIN:
            raise FileUnusable(broken(path))
        if struct.unpack_from("<H", first.data)[0] != _BIFF8:
            raise FileUnusable(f"{path.name} was saved by Excel 95 or older. Save it as .xlsx and run again.")
        for record in records(stream, 0):
            if record.kind == RecordKind.FILE_PASS:
                raise FileUnusable(protected(path))
            if action := _GLOBALS.get(record.kind):
                action(self, record)

    def sheet(self, record: Record) -> None:
        """A sheet: where it begins, whether it is visible, its kind, its name."""
        start, visibility, kind = struct.unpack_from("<I2B", record.data)
        if kind == 0:
            self.sheets.append((Sheet(Reader(record, 6).text(1), visibility & 3 == 0), start))

    def shared(self, record: Record) -> None:
        """The shared strings."""
        reader = Reader(record, 8)
        while not reader.is_done:
            self.strings.append(reader.text())

    def format(self, record: Record) -> None:
        """A number format of the user's own."""
        self.formats[struct.unpack_from("<H", record.data)[0]] = Reader(record, 2).text()

    def cell_format(self, record: Record) -> None:
        """Which number format a cell format has."""
        self.cell_formats.append(struct.unpack_from("<2H", record.data)[1])

    def date_mode(self, record: Record) -> None:
        """Days are counted from 1904 in workbooks of old Macs."""
        self.counts_1904 = bool(struct.unpack_from("<H", record.data)[0])

    def calculated(self, _: Record) -> None:
        """Which program worked out the formulas: Excel and LibreOffice say so."""
        self.was_calculated = True

    def look(self, cell_format: int) -> Look | None:
        """How a cell format shows numbers."""
        number = self.cell_formats[cell_format] if cell_format < len(self.cell_formats) else 0
        return look(number, self.formats.get(number, ""))


_GLOBALS: dict[int, Callable[[_Book, Record], None]] = {
    RecordKind.SHEET: _Book.sheet,
    RecordKind.STRINGS: _Book.shared,
    RecordKind.FORMAT: _Book.format,
    RecordKind.CELL_FORMAT: _Book.cell_format,
    RecordKind.DATE_MODE: _Book.date_mode,
    RecordKind.CALCULATED_BY: _Book.calculated,
}


class _SheetReader:
    """The cells of one sheet: row from 0 -> column -> text; and what is hidden, merged or an error.

    `at_most`: stop behind so many rows.
    """

    def __init__(self, book: _Book, sheet_records: Iterable[Record], at_most: int = 0) -> None:
        self.book = book
        self.cells: dict[int, dict[int, str]] = {}
        self.scan = Scan()
        self._text_of: tuple[int, int] | None = None
        self._default_hidden = False
        self._own_height: set[int] = set()
        for record in sheet_records:
            if action := _OF_SHEET.get(record.kind):
                action(self, record)
            if at_most and len(self.cells) > at_most:
                break

    def finished(self) -> Scan:
        """What is known besides the cells, when all records were read."""
        if self._default_hidden:
            self.scan.hidden_rows |= {row + 1 for row in self.cells} - self._own_height
        return self.scan

    def row(self, number: int) -> list[str]:
        """The cells of one row, up to the last filled one."""
        cells = self.cells[number]
        return [cells.get(column, "") for column in range(max(cells) + 1)]

    def put(self, row: int, column: int, text: str) -> None:
        """Keep a cell that holds anything."""
        if text and column < _COLUMNS:
            self.cells.setdefault(row, {})[column] = text

    def number(self, record: Record) -> None:
        """A number of eight bytes."""
        row, column, cell_format, value = struct.unpack_from("<3Hd", record.data)
        self._number(row, column, value, cell_format)

    def rk(self, record: Record) -> None:
        """A number of four bytes."""
        row, column, cell_format, value = struct.unpack_from("<3HI", record.data)
        self._number(row, column, _rk(value), cell_format)

    def many_rk(self, record: Record) -> None:
        """Several of them, side by side."""
        row, column = struct.unpack_from("<2H", record.data)
        for at in range(4, len(record.data) - 7, 6):
            cell_format, value = struct.unpack_from("<HI", record.data, at)
            self._number(row, column + (at - 4) // 6, _rk(value), cell_format)

    def label(self, record: Record) -> None:
        """A text of its own."""
        row, column = struct.unpack_from("<2H", record.data)
        self.put(row, column, Reader(record, 6).text())

    def shared_label(self, record: Record) -> None:
        """A text of the shared strings."""
        row, column, _, number = struct.unpack_from("<3HI", record.data)
        self.put(row, column, self.book.strings[number])

    def bool_or_error(self, record: Record) -> None:
        """TRUE, FALSE or an error."""
        row, column, _, value, is_error = struct.unpack_from("<3H2B", record.data)
        self._bool_or_error(row, column, value, bool(is_error))

    def formula(self, record: Record) -> None:
        """The result of a formula; a text stands in the record behind it."""
        row, column, cell_format = struct.unpack_from("<3H", record.data)
        kind, _, value = struct.unpack_from("<3B", record.data, 6)
        options = struct.unpack_from("<H", record.data, 14)[0]
        if not self.book.was_calculated and options & _ON_LOAD and record.data[6:14] == bytes(8):
            self.scan.no_value(row + 1, column)
        elif record.data[12:14] != b"\xff\xff":
            self._number(row, column, struct.unpack_from("<d", record.data, 6)[0], cell_format)
        elif kind == 0:
            self._text_of = row, column
        elif kind == _EMPTY and not self.book.was_calculated:
            self.scan.no_value(row + 1, column)
        elif kind in (1, 2):
            self._bool_or_error(row, column, value, kind == 2)

    def text_of_formula(self, record: Record) -> None:
        """The text that a formula came to."""
        if self._text_of:
            self.put(*self._text_of, Reader(record).text())
        self._text_of = None

    def row_tag(self, record: Record) -> None:
        """A row: is it hidden, or of no height?"""
        row, height = struct.unpack_from("<H4xH", record.data)
        self._own_height.add(row + 1)
        if struct.unpack_from("<I", record.data, 12)[0] & _ROW_HIDDEN or height == 0:
            self.scan.hidden_rows.add(row + 1)

    def default_height(self, record: Record) -> None:
        """Rows without a record of their own may be hidden, or of no height."""
        options, height = struct.unpack_from("<2H", record.data)
        self._default_hidden = bool(options & 2) or (bool(options & 1) and height == 0)

    def column_tag(self, record: Record) -> None:
        """Some columns: are they hidden, or of no width?"""
        first, last, width, _, options = struct.unpack_from("<5H", record.data)
        if options & _COLUMN_HIDDEN or width == 0:
            self.scan.hidden_columns.update(range(first, min(last, _COLUMNS - 1) + 1))

    def merged(self, record: Record) -> None:
        """Merged areas."""
        for at in range(2, len(record.data) - 7, 8):
            top, bottom, left, right = struct.unpack_from("<4H", record.data, at)
            if bottom > top:
                self.scan.merges.append((top + 1, bottom + 1, left, right))

    def _number(self, row: int, column: int, value: float, cell_format: int) -> None:
        """A number as the sheet means it: a date, a duration, or a number that its format may show otherwise."""
        shape = self.book.look(cell_format)
        when = moment(value, shape.kind, self.book.counts_1904) if shape and shape.kind != "number" else None
        text = typed.number(value) if when is None else typed.text(when)
        self.put(row, column, text)
        if isinstance(when, (time, timedelta)):
            self.scan.marks.add(row + 1, column, Typed.TIME)
        elif when is not None:
            self.scan.marks.add(row + 1, column, Typed.DATE)
        elif shape and shape.kind == "number":
            self.scan.marks.add(row + 1, column, shape)
        if when is None and typed.is_ambiguous(text):
            self.scan.marks.add(row + 1, column, Typed.DECIMALS)

    def _bool_or_error(self, row: int, column: int, value: int, is_error: bool) -> None:
        text = _ERRORS.get(value, "#ERROR") if is_error else typed.text(bool(value))
        self.put(row, column, text)
        if is_error and column < _COLUMNS:
            self.scan.error(row + 1, column, text)
        elif not is_error:
            self.scan.marks.add(row + 1, column, Typed.BOOLEAN)


_OF_SHEET: dict[int, Callable[[_SheetReader, Record], None]] = {
    RecordKind.NUMBER: _SheetReader.number,
    RecordKind.RK: _SheetReader.rk,
    RecordKind.MUL_RK: _SheetReader.many_rk,
    RecordKind.LABEL: _SheetReader.label,
    RecordKind.RICH_LABEL: _SheetReader.label,
    RecordKind.LABEL_OF_STRINGS: _SheetReader.shared_label,
    RecordKind.BOOL_OR_ERROR: _SheetReader.bool_or_error,
    RecordKind.FORMULA: _SheetReader.formula,
    RecordKind.STRING: _SheetReader.text_of_formula,
    RecordKind.ROW: _SheetReader.row_tag,
    RecordKind.DEFAULT_HEIGHT: _SheetReader.default_height,
    RecordKind.COLUMN: _SheetReader.column_tag,
    RecordKind.MERGED: _SheetReader.merged,
}


def _rk(value: int) -> float:
    """Four bytes: thirty bits of a number or of an integer, perhaps in hundredths."""
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        number = float(struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0])
    return number / 100 if value & 1 else number
