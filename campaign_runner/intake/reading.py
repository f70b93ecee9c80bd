"""THE STORY of intake: what kind of file, which sheet, where the header, which column is which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.errors import FileUnusable
from campaign_runner.intake import headers
from campaign_runner.intake.formats import open_grid
from campaign_runner.intake.grid import Block, Grid
from campaign_runner.model import Column, Problem, RawRows, RawTable, RuleBook

_STR = pd.StringDtype(storage="pyarrow", na_value=np.nan)


def read(
    path: Path,
    book: RuleBook,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    hidden: str = "hold",
) -> RawTable:
    """Read one sheet of a spreadsheet as text.

    `columns`: the user's own "[columns]", header -> field. `hidden`: what becomes of rows that the user does not see:
    `hold` (marked), `include` or `skip`. Raises FileUnusable and SettingsError.
    """
    mapping = columns or {}
    known = headers.spellings(book, mapping)
    grid = open_grid(path, sheet, known)
    if not grid.head:
        raise FileUnusable(f"{path.name} is empty: {_WANTED}")
    header = headers.header_row(path.name, grid.head, known)
    found = headers.match(path.name, header[1], known, mapping)
    table = RawTable(path.name, grid.sheet, header[0], found, lambda: _chunks(grid, header, found), grid.notes)
    if not any(len(rows.cells) for rows in table.chunks()):
        raise FileUnusable(f"{path.name} has a header in row {header[0]}, but no rows below it. {_WANTED}")
    return table


_WANTED = "Add one row per reward below a header row (campaign-runner template makes an empty file to fill in)."


def _chunks(grid: Grid, header: Any, columns: tuple[Column, ...]) -> Iterator[RawRows]:
    for block in grid.blocks(header, grid.width or len(header[1])):
        keep = np.flatnonzero(~_blank(block))
        if len(keep):
            numbers = block.numbers[keep]
            hidden = grid.hidden.intersection(numbers.tolist()) if grid.hidden else frozenset()
            yield RawRows(_frame(block, keep, columns), hidden, _problems(block, columns))


def _blank(block: Block) -> Any:
    """Which rows hold nothing but white space: each column is asked only about the rows that are blank so far."""
    blank = np.ones(len(block.numbers), dtype=bool)
    open_rows = np.arange(len(block.numbers))
    for column in block.columns:
        some = column if len(open_rows) == len(column) else column.take(pa.array(open_rows))
        empty = pc.equal(pc.utf8_trim_whitespace(some), "").to_numpy(zero_copy_only=False)
        blank[open_rows[~empty]] = False
        open_rows = open_rows[empty]
        if not len(open_rows):
            break
    return blank


def _frame(block: Block, keep: Any, columns: tuple[Column, ...]) -> pd.DataFrame:
    whole = len(keep) == len(block.numbers)
    indices = None if whole else pa.array(keep)
    cells = {}
    for column in columns:
        array = block.columns[column.position]
        chosen = array if indices is None else array.take(indices)
        cells[column.position] = pd.arrays.ArrowStringArray(pa.chunked_array([chosen]), dtype=_STR)  # type: ignore[call-arg]
    return pd.DataFrame(cells, index=pd.Index(block.numbers[keep]), copy=False)


def _problems(block: Block, columns: tuple[Column, ...]) -> tuple[Problem, ...]:
    at = {column.position: column for column in columns}
    return tuple(
        Problem(d.row, None if d.position is None else at[d.position], d.rule, d.value, d.what, d.remedy, d.severity)
        for d in block.defects
        if d.position is None or d.position in at
    )
