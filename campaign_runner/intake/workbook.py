"""Which cells does a workbook hold?  calamine reads the values; what it does not tell is in the scans."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import python_calamine as calamine

from campaign_runner.errors import FileUnusable
from campaign_runner.intake import typed
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Block, Grid, Row
from campaign_runner.intake.headers import Spellings


def open_workbook(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The sheet asked for, or the first visible one."""
    with calamine.load_workbook(path) as book:
        name = _choose(path.name, book, sheet)
        cells = book.get_sheet_by_name(name)
        blocks = tuple(_read(cells))
    head = _head(blocks)

    def below(header: Row, width: int) -> Iterator[Block]:
        yield from _below(blocks, header[0])

    return Grid(name, head, below, width=len(blocks[0].columns) if blocks else 0)


def _choose(source: str, book: Any, sheet: str | None) -> str:
    names: list[str] = [meta.name for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    if sheet is None:
        visible = [meta.name for meta in book.sheets_metadata if meta.visible == calamine.SheetVisibleEnum.Visible]
        return next((name for name in names if name in visible), names[0])
    if sheet not in names:
        raise FileUnusable(
            f'{source} has no sheet "{sheet}". It has: {", ".join(names)}. Name one of them with --sheet.'
        )
    return sheet


def _read(sheet: Any) -> Iterator[Block]:
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


def _head(blocks: tuple[Block, ...]) -> tuple[Row, ...]:
    head: list[Row] = []
    for block in blocks[:1]:
        for at, number in enumerate(block.numbers[:1000].tolist()):
            cells = tuple(column[at].as_py() for column in block.columns)
            if any(cell.strip() for cell in cells):
                head.append((number, cells))
            if len(head) == HEAD_ROWS:
                break
    return tuple(head)


def _below(blocks: tuple[Block, ...], row: int) -> Iterator[Block]:
    for block in blocks:
        start = max(0, row - int(block.numbers[0]) + 1)
        if start < len(block.numbers):
            yield Block(block.numbers[start:], [column.slice(start) for column in block.columns], block.defects)
