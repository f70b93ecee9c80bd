"""Which cells does an .xlsx sheet hold?  Read tag by tag: slower than calamine, and whatever the file looks like.

For files that calamine does not read or reads otherwise than Excel: newer errors (#SPILL!), unknown kinds of cells,
other encodings, white space kept from further out, rows out of order. One cell that makes no sense is a problem there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.intake.container import Container
from campaign_runner.intake.excel.cell_values import Cell, CellValues, Workbook
from campaign_runner.intake.excel.styles import Texts
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Block, Row, texts
from campaign_runner.intake.markup import Attributes, MarkupError, is_true, parse
from campaign_runner.intake.scan import MAX_COLUMNS, Scan, is_unsolved_result
from campaign_runner.intake.sheets import block
from campaign_runner.model.spreadsheet import column_position

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_ROWS = 1 << 20
_BLANK = " \t\r\n"


class EnoughError(Exception):
    """As much was read as was wanted."""


def read_cells(container: Container, part: str, workbook: Workbook) -> tuple[list[Block], Scan]:
    """All cells of a sheet as text, and what must be known of them besides."""
    reader = _Reader(container, workbook)
    try:
        parse(container.xml(part), reader.start, reader.end, reader.text)
    except MarkupError:
        raise container.damaged() from None
    reader.close_block()
    return _in_order(reader.blocks, reader.scan), reader.scan


def first_rows(container: Container, part: str, strings: Callable[[], Sequence[str]]) -> tuple[Row, ...]:
    """The first rows that are not blank; of the part no more is read than that takes."""
    reader = _Reader(container, Workbook(), at_most=HEAD_ROWS)
    with suppress(MarkupError, EnoughError):
        parse(container.xml(part), reader.start, reader.end, reader.text)
    shared = strings() if reader.waiting else ()
    for cells, column, index in reader.waiting:
        cells[column] = shared[index] if index < len(shared) else ""
    return tuple((number, tuple(cells)) for number, cells in reader.rows)


class _Reader:
    """The cells of one sheet; `at_most`: stop behind this many rows, shared texts not looked up."""

    def __init__(self, container: Container, workbook: Workbook, at_most: int = 0) -> None:
        self._container, self._workbook, self._at_most = container, workbook, at_most
        self.blocks: list[Block] = []
        self.rows: list[tuple[int, list[str]]] = []
        self.waiting: list[tuple[list[str], int, int]] = []
        self.scan = Scan()
        self._values = CellValues(workbook, self.scan, self._wait if at_most else None)
        self._texts = Texts()
        self._cell: Cell | None = None
        self._in_value = False
        self._row, self._cells = 0, []  # type: tuple[int, list[str]]
        self._next_column = 0
        self._default_hidden = False

    def start(self, name: str, attributes: Attributes) -> None:
        self._texts.open(name, attributes)
        if action := _OPENING.get(name):
            action(self, attributes)

    def text(self, text: str) -> None:
        if self._in_value and self._cell is not None:
            self._cell.value.append(text)
        else:
            self._texts.characters(text)

    def end(self, name: str) -> None:
        self._texts.close(name)
        if action := _CLOSING.get(name):
            action(self)

    def close_block(self) -> None:
        """Turn the rows so far into columns."""
        if self.rows:
            self.blocks.append(block(self.rows))
            self.rows = []

    def _sheet_format(self, attributes: Attributes) -> None:
        self._default_hidden = _is_zero(attributes.get("defaultRowHeight", ""))

    def _column_tag(self, attributes: Attributes) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        hidden = is_true(attributes.get("hidden", "")) or _is_zero(attributes.get("width", ""))
        if hidden and first.isdigit() and last.isdigit():
            self.scan.hidden_columns.update(range(int(first) - 1, min(int(last), 16_384)))

    def _open_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number.isdigit() and 0 < int(number[:9]) <= _MAX_ROWS else self._row + 1
        self._cells, self._next_column = [], 0
        height = attributes.get("ht", "")
        if is_true(attributes.get("hidden", "")) or _is_zero(height) or (self._default_hidden and not height):
            self.scan.hidden_rows.add(self._row)

    def _close_row(self) -> None:
        if not any(self._cells):
            return
        self.rows.append((self._row, self._cells))
        if self._at_most and len(self.rows) >= self._at_most:
            raise EnoughError
        if not self._at_most and len(self.rows) >= ROWS_PER_BLOCK:
            self.close_block()

    def _open_cell(self, attributes: Attributes) -> None:
        address = _ADDRESS.fullmatch(attributes.get("r", "").strip())
        column = column_position(address[1].upper()) if address else self._next_column
        style = attributes.get("s", "")
        number = int(style) if style.isascii() and style.isdigit() and len(style) < 7 else 0
        self._cell = Cell(self._row, column, attributes.get("t", "n").strip(), number)
        self._next_column = column + 1
        self._texts.whole, self._texts.is_struck = [], False

    def _open_value(self, _: Attributes) -> None:
        if self._cell is not None:
            self._in_value = self._cell.has_value = True

    def _close_value(self) -> None:
        self._in_value = False

    def _open_formula(self, attributes: Attributes) -> None:
        if self._cell is not None:
            self._cell.has_formula = True
            if attributes.get("t") in ("array", "dataTable"):
                self._cell.formula_area = attributes.get("ref", "")

    def _merged(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        begin, end = _ADDRESS.fullmatch(first), _ADDRESS.fullmatch(last)
        if begin and end and int(end[2]) > int(begin[2]):
            self.scan.merges.append((int(begin[2]), min(int(end[2]), _MAX_ROWS), column_position(begin[1].upper()),
                                     column_position(end[1].upper())))  # fmt: skip

    def _rule(self, attributes: Attributes) -> None:
        self.scan.add_rule(attributes.get("dxfId", ""), self._workbook.struck_rules)

    def _wait(self, cell: Cell, number: int) -> None:
        self.waiting.append((self._cells, cell.column, number))

    def _close_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None:
            return
        raw = "".join(cell.value)
        if (
            cell.has_formula
            and not self._at_most
            and (is_unsolved_result(cell.kind, cell.has_value, raw, self._workbook.is_unsolved))
        ):
            self.scan.no_value(cell.row, cell.column)
            self.scan.unsolved_areas += [cell.formula_area] * bool(cell.formula_area)
            return
        if text := self._values.text(cell, raw, self._texts.whole):
            if self._texts.is_struck or cell.style in self._workbook.struck_styles:
                self.scan.struck_rows.add(cell.row)
            if cell.column >= MAX_COLUMNS:
                if self._at_most:
                    return
                raise self._container.unsafe(f"it has more than the {MAX_COLUMNS:,} columns allowed")
            self._cells += [""] * (cell.column + 1 - len(self._cells))
            self._cells[cell.column] = text


_OPENING: dict[str, Callable[[_Reader, Attributes], None]] = {
    "sheetFormatPr": _Reader._sheet_format,
    "col": _Reader._column_tag,
    "row": _Reader._open_row,
    "c": _Reader._open_cell,
    "v": _Reader._open_value,
    "f": _Reader._open_formula,
    "mergeCell": _Reader._merged,
    "cfRule": _Reader._rule,
}
_CLOSING: dict[str, Callable[[_Reader], None]] = {
    "row": _Reader._close_row,
    "c": _Reader._close_cell,
    "v": _Reader._close_value,
}


def _in_order(blocks: list[Block], scan: Scan) -> list[Block]:
    """Rows in the order of their numbers; a number that stands there twice is a problem of that row."""
    numbers = np.concatenate([block.numbers for block in blocks]) if blocks else np.zeros(0, np.int64)
    if (np.diff(numbers) > 0).all():
        return blocks
    width = max(len(block.columns) for block in blocks)
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    for number in sorted(set(ranked[~first].tolist())):
        scan.doubled(number)
    columns = [pa.concat_arrays([_column(block, at) for block in blocks]) for at in range(width)]
    kept = pa.array(order[first])
    return [Block(ranked[first], [pc.take(column, kept) for column in columns])]


def _column(block: Block, at: int) -> Any:
    return block.columns[at] if at < len(block.columns) else texts([""] * len(block.numbers))


def _is_zero(text: str) -> bool:
    return re.fullmatch(r"\s*0+(?:\.0*)?\s*", text) is not None
