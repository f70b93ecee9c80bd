"""Which cells does an .xlsx or .xlsm workbook hold?  calamine reads the values; what it does not tell is in the scans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import python_calamine as calamine

from campaign_runner.intake import typed, xlsx
from campaign_runner.intake.container import Container
from campaign_runner.intake.grid import ROWS_PER_BLOCK, Block, Grid
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.rust import guarded
from campaign_runner.intake.scan import MAX_CELLS, MAX_COLUMNS, Scan
from campaign_runner.intake.sheets import Sheet, assemble, choose

_OTHER_SHEET = re.compile(r"xl/(worksheets|chartsheets|drawings|media|charts)/")


def open_xlsx(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """An .xlsx or .xlsm workbook: checked and scanned first, then read; macros are never looked at."""
    container = Container(path)
    parts = xlsx.sheet_parts(container)
    container.check(lambda part: not _OTHER_SHEET.match(part))
    xlsx.check_strings(container)
    with guarded(path):
        book = calamine.load_workbook(path)
        sheets = _worksheets(book)
    for one in sheets:
        one.filled, one.ours = xlsx.nature(container, parts.get(one.name, ""))
    name = choose(path.name, sheets, sheet)
    scan = xlsx.scan(container, parts[name]) if name in parts else Scan()
    _check_extent(container, name, scan)
    scan.notes += xlsx.externals(container)
    return assemble(name, sheets, _values(path, book, name, scan), scan)


def _worksheets(book: Any) -> list[Sheet]:
    visible = calamine.SheetVisibleEnum.Visible
    worksheet = calamine.SheetTypeEnum.WorkSheet
    return [Sheet(meta.name, meta.visible == visible) for meta in book.sheets_metadata if meta.typ == worksheet]


def _check_extent(container: Container, name: str, scan: Scan) -> None:
    """calamine keeps a place for every cell up to the last one, filled or not."""
    if scan.columns > MAX_COLUMNS:
        raise container.unsafe(
            f'the sheet "{name}" has {scan.columns:,} columns, more than the {MAX_COLUMNS:,} allowed'
        )
    if scan.rows * scan.columns > MAX_CELLS:
        raise container.unsafe(
            f'the sheet "{name}" reaches to row {scan.rows:,} and column {scan.columns:,}: more than the '
            f"{MAX_CELLS:,} cells allowed"
        )


def _values(path: Path, book: Any, name: str, scan: Scan) -> Sequence[Block]:
    with guarded(path):
        sheet = book.get_sheet_by_name(name)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            if bottom > top:
                scan.merges.append((top + 1, bottom + 1, left, right))
        return list(_blocks(sheet))


def _blocks(sheet: Any) -> Iterator[Block]:
    """Blocks of rows from A1 on, whatever corner the cells begin in."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    rows, first = sheet.iter_rows(), 1
    while some := list(islice(rows, ROWS_PER_BLOCK)):
        empty = typed.column([""] * len(some)) if left else None
        columns = [empty] * left + [typed.column(cells) for cells in zip(*some, strict=True)]
        yield Block(np.arange(first, first + len(some)), columns)
        first += len(some)
