"""How do rows of the books become columns of text?  As arrow strings: no row is touched one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Books, Column, StatedRows
from campaign_runner.model.lifecycle import NEEDS_ACTION
from campaign_runner.reporting.csv_file import DIALECTS, CsvFile
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading

SHEET, ROW = Heading("Sheet"), Heading("Row", CellKind.NUMBER, "0")
_NUMERIC = {"amount": "#,##0.00", "quantity": "General"}  # field -> number format


@dataclass(frozen=True, slots=True)
class RowTable:
    """A report with one line for each row of the file: its headers, and how the rows become its columns.

    `rows` is how many lines it will have; `status_column` is where the status stands (workbooks colour by it).
    `in_workbook` makes numbers of the checked amounts among the columns, for workbooks; `notes` are the comments at
    cells of workbooks, of some columns the first of which is of a row number (`SheetPlan.notes`).
    """

    headings: tuple[Heading, ...]
    rows: int
    status_column: int
    columns: Callable[[StatedRows], list[Any]]
    in_workbook: Callable[[StatedRows, list[Any]], list[Any]] = lambda _, columns: columns
    notes: Callable[[Sequence[Any], int], Mapping[tuple[int, int], str]] | None = None

    @property
    def headers(self) -> list[str]:
        """The titles alone."""
        return [heading.title for heading in self.headings]


class Sink(Protocol):
    """A file that takes columns of text, chunk by chunk."""

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def csv_of(draft: Path, headings: Sequence[Heading], dialect: str) -> CsvFile:
    """A CSV file with these headings, in one of the `DIALECTS`."""
    numeric, typed = ([at for at, heading in enumerate(headings) if heading.kind is kind]
                      for kind in (CellKind.NUMBER, CellKind.EITHER))  # fmt: skip
    return CsvFile(draft, [heading.title for heading in headings], DIALECTS[dialect], numeric, typed)


def texts(series: Any) -> Any:
    """A pandas column as arrow strings; an empty cell is ""."""
    array = pa.array(series, type=pa.large_string(), from_pandas=True)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.fill_null("") if whole.null_count else whole


def same(text: str, length: int) -> Any:
    """One text, `length` times."""
    return pa.repeat(pa.scalar(text, pa.large_string()), length)


def original_headings(books: Books) -> tuple[Heading, ...]:
    """The user's own headers; in a workbook amounts and quantities may be added up, everything else is text."""
    return tuple(_heading(column) for column in books.columns)


def _heading(column: Column) -> Heading:
    shape = _NUMERIC.get(column.field or "")
    return Heading(column.header, CellKind.EITHER, shape) if shape else Heading(column.header)


def original_cells(books: Books, stated: StatedRows) -> list[Any]:
    """The user's own columns, untouched, in their order."""
    return [texts(stated.cells[column.position]) for column in books.columns]


def place(books: Books, stated: StatedRows) -> list[Any]:
    """`Sheet` and `Row`."""
    numbers = pc.cast(pa.array(stated.cells.index.to_numpy()), pa.large_string())
    return [same(stated.sheet or books.sheet, len(stated.cells)), numbers]


def original_place(books: Books, stated: StatedRows) -> list[Any]:
    """`Sheet` and `Row` in the file that a report of failures was made of, where the rows are those of one."""
    if not stated.original_rows:
        return place(books, stated)
    here = [(stated.sheet or books.sheet, row) for row in stated.cells.index.tolist()]
    places = [stated.original_rows.get(row, (sheet, row)) for sheet, row in here]
    return [pa.array([str(each) for each in column], pa.large_string()) for column in zip(*places, strict=True)]


EXCEL_ROWS = 1_048_576


def fits(rows: int) -> bool:
    """Whether this many rows and a header fit on one sheet."""
    return rows < EXCEL_ROWS


def notes(books: Books) -> list[str]:
    """How the file was read, and which workbooks are missing for their length."""
    lengths = {"results": books.total_rows, "failures": sum(books.rows.get(status, 0) for status in NEEDS_ACTION)}
    missing = [
        f"{name}.xlsx is not written: a sheet holds {EXCEL_ROWS:,} rows at most. Use {name}.csv."
        for name, rows in lengths.items()
        if not fits(rows)
    ]
    return [*books.notes, *missing]
