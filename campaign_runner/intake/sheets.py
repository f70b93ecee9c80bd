"""Which sheet of a workbook is read, and what becomes of its blocks?  The same for xlsx, xls and ods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from campaign_runner.errors import FileUnusable
from campaign_runner.intake.grid import HEAD_ROWS, Block, Grid, Row, blank_rows, texts
from campaign_runner.intake.scan import Merge, Scan

PROBLEMS_SHEET = "Problems"  # of the annotated workbook; in .xlsx it is known by the colour of its tab

_MAX_MERGED_ROWS = 5_000_000  # more than there are rows, five times over


@dataclass(slots=True)
class Sheet:
    """A worksheet: its name, whether the user sees it, whether it holds anything, whether it is our list of problems."""

    name: str
    visible: bool = True
    filled: bool = False
    ours: bool = False


def choose(source: str, sheets: Sequence[Sheet], wanted: str | None) -> str:
    """The sheet asked for, or the first visible one; our own list of problems is passed over."""
    if wanted is not None:
        if wanted not in (names := [sheet.name for sheet in sheets]):
            listed = ", ".join(f'"{name}"' for name in names)
            raise FileUnusable(f'{source} has no sheet "{wanted}". It has {listed}. Name one of them with --sheet.')
        return wanted
    if not sheets:
        raise FileUnusable(f"{source} has no sheet with cells. Add one row per reward below a header row.")
    ranked = sorted(sheets, key=lambda sheet: (sheet.ours, not sheet.visible))
    return ranked[0].name


def assemble(name: str, sheets: Sequence[Sheet], blocks: Sequence[Block], scan: Scan, guarded: bool = False) -> Grid:
    """Put values and scan together."""
    if sum(bottom - top for top, bottom, _, _ in scan.merges) > _MAX_MERGED_ROWS:
        raise FileUnusable(f'The sheet "{name}" has merged cells that overlap. Unmerge them, save, and run again.')
    width = max((len(block.columns) for block in blocks), default=0)
    filled = list(_filled([_widened(_patched(block, scan), width) for block in blocks], scan))

    def below(header: Row, width: int) -> Iterator[Block]:
        yield from _below(filled, header[0], scan)

    notes = (*_about_sheets(name, sheets), *scan.notes, *_about_merges(scan))
    hidden_columns = tuple(sorted(at for at in scan.hidden_columns if at < width))
    return Grid(name, _head(filled), below, width, frozenset(scan.hidden_rows), hidden_columns, notes, guarded)


def _about_sheets(name: str, sheets: Sequence[Sheet]) -> Iterator[str]:
    if ours := [sheet.name for sheet in sheets if sheet.ours and sheet.name != name]:
        yield f'The sheet "{ours[0]}" lists the problems of an earlier check, and was passed over.'
    others = [sheet.name for sheet in sheets if sheet.filled and not sheet.ours and sheet.name != name]
    if others:
        listed = ", ".join(f'"{other}"' for other in others)
        holds = "hold" if others[1:] else "holds"
        yield f'Only the sheet "{name}" was read; {listed} {holds} data too (see --sheet).'
    if any(sheet.name == name and not sheet.visible for sheet in sheets):
        yield f'The sheet "{name}" is hidden.'


def _about_merges(scan: Scan) -> Iterator[str]:
    if scan.merges:
        shown = ", ".join(f"{_letters(left)}{top}:{_letters(right)}{bottom}"
                          for top, bottom, left, right in scan.merges[:5])  # fmt: skip
        more = " and others" if len(scan.merges) > 5 else ""
        yield f"Merged cells ({shown}{more}) count for every row that they cover, in their first column."


def _letters(position: int) -> str:
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def _patched(block: Block, scan: Scan) -> Block:
    """Write in the errors of formulas, and the leading zeros that the sheet shows."""
    columns = list(block.columns)
    for position in (scan.errors.keys() | scan.padded.keys()) & set(range(len(columns))):
        cells = columns[position].to_pylist()
        for at, row in enumerate(block.numbers.tolist()):
            cells[at] = scan.errors.get(position, {}).get(row, cells[at])
            digits = scan.padded.get(position, {}).get(row, 0)
            cells[at] = cells[at].zfill(digits) if digits and cells[at].isdigit() else cells[at]
        columns[position] = texts(cells)
    return Block(block.numbers, columns, block.defects)


def _widened(block: Block, width: int) -> Block:
    missing = [texts([""] * len(block.numbers))] * (width - len(block.columns))
    return Block(block.numbers, [*block.columns, *missing], block.defects)


def _filled(blocks: Sequence[Block], scan: Scan) -> Iterator[Block]:
    """Give every row of a merged cell its value, where the row holds anything else."""
    values: dict[Merge, str] = {}
    for block in blocks if scan.merges else ():
        there = np.flatnonzero(~blank_rows(block))
        at = dict(zip(block.numbers[there].tolist(), there.tolist(), strict=True))
        cells: dict[int, list[str]] = {}
        for merge in scan.merges:
            top, bottom, left, _ = merge
            if left < len(block.columns) and (top in at or merge in values):
                column = cells.setdefault(left, block.columns[left].to_pylist())
                value = values.setdefault(merge, column[at[top]] if top in at else "")
                for row in range(max(top + 1, int(block.numbers[0])), min(bottom, int(block.numbers[-1])) + 1):
                    if row in at:
                        column[at[row]] = value
        columns = [texts(cells[n]) if n in cells else column for n, column in enumerate(block.columns)]
        yield Block(block.numbers, columns, block.defects)
    yield from () if scan.merges else blocks


def _head(blocks: Sequence[Block]) -> tuple[Row, ...]:
    head: list[Row] = []
    for block in blocks[:1]:
        for at, number in enumerate(block.numbers.tolist()):
            cells = tuple(column[at].as_py() for column in block.columns)
            if any(cell.strip() for cell in cells):
                head.append((number, cells))
            if len(head) == HEAD_ROWS:
                break
    return tuple(head)


def _below(blocks: Sequence[Block], row: int, scan: Scan) -> Iterator[Block]:
    for block in blocks:
        start = int(np.searchsorted(block.numbers, row, side="right"))
        if start < len(block.numbers):
            numbers = block.numbers[start:]
            first, last = int(numbers[0]), int(numbers[-1])
            defects = tuple(defect for defect in scan.defects if first <= defect.row <= last)
            yield Block(numbers, [column.slice(start) for column in block.columns], defects)


def block(rows: Sequence[tuple[int, Sequence[str]]]) -> Block:
    """Rows of text of different lengths as one block."""
    width = max(len(cells) for _, cells in rows)
    padded = [[*cells, *[""] * (width - len(cells))] for _, cells in rows]
    columns: list[Any] = [pa.array(column, type=pa.large_string()) for column in zip(*padded, strict=True)]
    return Block(np.array([number for number, _ in rows]), columns)
