"""What does a sheet hold from its first row to its last?  For a workbook of the same cells in another format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_runner.intake import headers
from campaign_runner.intake.formats import open_grid
from campaign_runner.intake.grid import Row
from campaign_runner.model import RuleBook


@dataclass(frozen=True)
class WholeSheet:
    """Its rows in order, blank ones left out; `hidden` and `struck` are row numbers, `hidden_columns` positions."""

    name: str
    rows: Iterator[Row]
    hidden: frozenset[int]
    struck: frozenset[int]
    hidden_columns: tuple[int, ...]


def whole_sheet(path: Path, book: RuleBook, columns: Mapping[str, str], sheet: str | None) -> WholeSheet:
    """Every filled row of one sheet as text; raises FileUnusable."""
    known = headers.spellings(book, columns)
    grid = open_grid(path, sheet, known)
    header = headers.header_row(path.name, grid.head, known)

    def rows() -> Iterator[Row]:
        yield from (row for row in grid.head if row[0] <= header[0])
        for block in grid.blocks(header, grid.width or len(header[1])):
            texts = zip(*(column.to_pylist() for column in block.columns), strict=True)
            yield from zip(block.numbers.tolist(), texts, strict=True)

    return WholeSheet(grid.sheet, rows(), grid.hidden, grid.struck, grid.hidden_columns)
