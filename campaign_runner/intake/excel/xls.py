"""What does a workbook of Excel 97 to 2003 hold?  xlrd reads it: values, formats, what is hidden, merged or an error."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path

import xlrd
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDoc
from xlrd.formatting import std_format_strings

from campaign_runner.intake.cells import typed
from campaign_runner.intake.cells.format_codes import Look, look
from campaign_runner.intake.cells.marks import Typed
from campaign_runner.intake.excel.cell_values import moment
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Row
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.scan import Scan
from campaign_runner.intake.sheet_choice import PROBLEMS_SHEET, Sheet, choose
from campaign_runner.intake.sheets import Contents, block
from campaign_runner.intake.unreadable import broken, protected
from campaign_runner.model.errors import CampaignRunnerError, FileUnusable

_BIFF8 = 0x0600
_NOTHING = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


def read_xls(path: Path, wanted: str | None, known: Spellings) -> Contents:
    """The sheet asked for, or the first visible one."""
    with _damage_in_a_sentence(path):
        stream = _stream(path)
        book = xlrd.open_workbook(
            file_contents=stream, logfile=_Nowhere(), formatting_info=True, ragged_rows=True, use_mmap=False
        )
        unsolved = unsolved_formulas(stream) or [[] for _ in book.sheets()]
        readers = [_SheetReader(book, sheet, cells) for sheet, cells in zip(book.sheets(), unsolved, strict=True)]
        sheets = [reader.listed(at) for at, reader in enumerate(readers)]
        chosen = choose(path.name, sheets, wanted, known)
        rows, scan = next(reader for reader, sheet in zip(readers, sheets, strict=True) if sheet is chosen).read()
    blocks = [block(rows[at : at + ROWS_PER_BLOCK]) for at in range(0, len(rows), ROWS_PER_BLOCK)]
    return Contents(chosen, sheets, blocks, scan)


@contextmanager
def _damage_in_a_sentence(path: Path) -> Iterator[None]:
    """xlrd checks little: in a damaged file anything may go wrong."""
    try:
        yield
    except (CampaignRunnerError, MemoryError):
        raise
    except XLRDError as error:
        raise FileUnusable(protected(path) if "encrypted" in str(error) else broken(path)) from None
    except Exception:
        raise FileUnusable(broken(path)) from None


class _Nowhere(io.TextIOBase):
    """What xlrd remarks on the way."""

    def write(self, text: str) -> int:
        return len(text)


def _stream(path: Path) -> bytes:
    """The workbook inside the compound file."""
    container = CompDoc(path.read_bytes(), logfile=_Nowhere())
    stream = container.get_named_stream("Workbook") or container.get_named_stream("Book") or b""
    if int.from_bytes(stream[:2], "little") not in (0x09, 0x0209, 0x0409, 0x0809):
        raise FileUnusable(broken(path))
    if int.from_bytes(stream[4:6], "little") != _BIFF8:
        raise FileUnusable(f"{path.name} was saved by Excel 95 or older. Save it as .xlsx and run again.")
    return bytes(stream)


class _SheetReader:
    """The cells of one sheet as text; and what is hidden, merged or an error."""

    def __init__(self, book: xlrd.Book, sheet: xlrd.sheet.Sheet, unsolved: list[Cell]) -> None:
        self._book, self._sheet, self._unsolved = book, sheet, set(unsolved)
        self._scan = Scan()

    def listed(self, at: int) -> Sheet:
        """What the choice of a sheet needs."""
        name = self._sheet.name
        filled = any(kind not in _NOTHING for row in range(self._sheet.nrows) for kind in self._sheet.row_types(row))
        ours = at == 0 and name == PROBLEMS_SHEET
        return Sheet(name, self._sheet.visibility == 0, filled, ours, rows=tuple(self._first_rows()))

    def read(self) -> tuple[list[Row], Scan]:
        """All rows with a cell that holds anything, and what is known besides."""
        self._scan = Scan()
        for row, column in sorted(self._unsolved):
            self._scan.no_value(row + 1, column)
        self._add_hidden()
        for top, below, left, beyond in self._sheet.merged_cells:
            if below - top > 1:
                self._scan.merges.append((top + 1, below, left, beyond - 1))
        rows = [(row + 1, cells) for row in range(self._sheet.nrows) if (cells := self._cells(row))]
        return rows, self._scan

    def _first_rows(self) -> Iterator[Row]:
        wanted = HEAD_ROWS
        for row in range(self._sheet.nrows):
            if wanted and (cells := self._cells(row)):
                wanted -= 1
                yield row + 1, cells

    def _add_hidden(self) -> None:
        rows, columns = self._sheet.rowinfo_map, self._sheet.colinfo_map
        for row, info in rows.items():
            if info.hidden or not (info.height or info.has_default_height):
                self._scan.hidden_rows.add(row + 1)
        default_height = self._sheet.default_row_height
        if self._sheet.default_row_hidden or (default_height == 0 and self._sheet.default_row_height_mismatch):
            self._scan.hidden_rows |= {row + 1 for row in range(self._sheet.nrows) if row not in rows}
        self._scan.hidden_columns |= {at for at, info in columns.items() if info.hidden or info.width == 0}

    def _cells(self, row: int) -> tuple[str, ...]:
        """The cells of one row, up to the last filled one."""
        kinds, values = self._sheet.row_types(row), self._sheet.row_values(row)
        cells = [self._text(row, at, kind, value) for at, (kind, value) in enumerate(zip(kinds, values, strict=True))]
        while cells and not cells[-1]:
            cells.pop()
        return tuple(cells)

    def _text(self, row: int, column: int, kind: int, value: str | float) -> str:
        if kind in _NOTHING or (row, column) in self._unsolved:
            return ""
        if self._is_struck(row, column):
            self._scan.struck_rows.add(row + 1)
        if kind == xlrd.XL_CELL_TEXT:
            return str(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if kind == xlrd.XL_CELL_ERROR:
            text = str(xlrd.error_text_from_code.get(int(value), "#ERROR"))
            self._scan.error(row + 1, column, text)
            return text
        if kind == xlrd.XL_CELL_BOOLEAN:
            self._scan.marks.add(row + 1, column, Typed.BOOLEAN)
            return typed.text(bool(value))
        return self._number(row, column, float(value))

    def _number(self, row: int, column: int, value: float) -> str:
        """A number as the sheet means it: a date, a duration, or a number that its format may show otherwise."""
        shape = self._look(row, column)
        is_date = shape is not None and shape.kind != "number"
        when = moment(value, shape.kind, bool(self._book.datemode)) if shape and is_date else None
        text = typed.number(value) if when is None else typed.text(when)
        if isinstance(when, (time, timedelta)):
            self._scan.marks.add(row + 1, column, Typed.TIME)
        elif when is not None:
            self._scan.marks.add(row + 1, column, Typed.DATE)
        elif shape and not is_date:
            self._scan.marks.add(row + 1, column, shape)
        if when is None and typed.is_ambiguous(text):
            self._scan.marks.add(row + 1, column, Typed.DECIMALS)
        return text

    def _is_struck(self, row: int, column: int) -> bool:
        """Whether the cell's font, or that of a part of its text, strikes through."""
        styles, at = self._book.xf_list, self._sheet.cell_xf_index(row, column)
        runs = [font for _, font in self._sheet.rich_text_runlist_map.get((row, column), ())]
        fonts = [*runs, styles[at].font_index] if at < len(styles) else runs
        return any(self._book.font_list[font].struck_out for font in fonts if font < len(self._book.font_list))

    def _look(self, row: int, column: int) -> Look | None:
        """How the format of a cell shows numbers."""
        styles = self._book.xf_list
        at = self._sheet.cell_xf_index(row, column)
        number = styles[at].format_key if at < len(styles) else 0
        form = self._book.format_map.get(number)
        code = form.format_str if form and form.format_str != std_format_strings.get(number) else ""
        return look(number, code)


_FORMULA, _END, _BEGIN, _SHEET, _CALCULATED_BY = 0x06, 0x0A, 0x809, 0x85, 0x1C1
_EMPTY, _ON_LOAD = 3, 0x02  # its result is not text; it is to be worked out when the file is opened
_WORKSHEET = 0
Cell = tuple[int, int]  # row and column, from 0


def unsolved_formulas(stream: bytes) -> list[list[Cell]]:
    """For each worksheet, in order: the cells of formulas without a result. Raises struct.error where it is damaged.

    Excel and LibreOffice leave a record that says that they worked them out: then 0 and nothing are results.
    """
    starts: list[int] = []
    for kind, data in _records(stream, 0):
        if kind == _CALCULATED_BY:
            return []
        if kind == _SHEET:
            start, _, nature = struct.unpack_from("<I2B", data)
            starts += [start] * (nature == _WORKSHEET)
    return [
        [struct.unpack_from("<2H", data) for kind, data in _records(stream, start) if _is_unsolved(kind, data)]
        for start in starts
    ]


def _is_unsolved(kind: int, data: bytes) -> bool:
    if kind != _FORMULA:
        return False
    result, options = struct.unpack_from("<8sH", data, 6)
    if result[6:] == b"\xff\xff":
        return bool(result[0] == _EMPTY)
    return result == bytes(8) and bool(options & _ON_LOAD)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream; those of charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth < 1:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
