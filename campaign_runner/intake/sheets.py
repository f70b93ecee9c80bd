"""What becomes of the cells of the chosen sheet of a workbook?  The same for xlsx, xls and ods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from campaign_runner.intake.cells.shown import as_shown
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Block, Grid, Row, blank_rows, texts
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.scan import NO_RESULT, Merge, Scan
from campaign_runner.intake.sheet_choice import Sheet, about_sheets, elsewhere, sheets_unread
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.spreadsheet import column_letters

_OWN_SIGN = re.compile(r"-?(?:\$|USD )[0-9.]+")  # what nearly all rewards are in: nothing to say of that
_MAX_MERGED_ROWS = 5_000_000  # more than there are rows, five times over


@dataclass(slots=True)
class Contents:
    """What a workbook holds, as plain values: the chosen sheet's cells, and what else is known of it and the others."""

    chosen: Sheet
    sheets: list[Sheet]
    blocks: Sequence[Block]
    scan: Scan


def assemble(contents: Contents, known: Spellings) -> Grid:
    """Put values and scan together."""
    chosen, sheets, blocks, scan = contents.chosen, contents.sheets, contents.blocks, contents.scan
    if sum(bottom - top for top, bottom, _, _ in scan.merges) > _MAX_MERGED_ROWS:
        raise FileUnusable(
            f'The sheet "{chosen.name}" has merged cells that overlap. Unmerge them, save, and run again.'
        )
    width = max((len(block.columns) for block in blocks), default=0)
    patched = [_patched(block, scan) for block in _with_unsolved(blocks, scan)]
    filled = list(_filled([_widened(block, width) for block in patched], scan))
    scan.marks.spread(scan.merges)

    examples: dict[int, str] = {}
    shown: dict[Row, list[Block]] = {}  # judged once, however often the rows are asked for

    def below(header: Row, width: int) -> Iterator[Block]:
        if header not in shown:
            fields = ((at, known.field(cell)) for at, cell in enumerate(header[1]))
            kinds = {at: known.kinds.get(field, "") for at, field in fields if field}
            shown[header] = list(_below(filled, header[0], scan, kinds, examples))
        yield from shown[header]

    unread = () if chosen.asked else tuple(sheets_unread(chosen, sheets, known))
    notes = (*about_sheets(chosen, sheets, unread, known), *scan.notes, *_about_merges(scan))
    hidden_columns = tuple(sorted(at for at in scan.hidden_columns if at < width))
    return Grid(
        chosen.name, _head(filled), below, width, frozenset(scan.hidden_rows), frozenset(scan.struck_rows), hidden_columns,
        notes,
        unread=unread, elsewhere=lambda: elsewhere(chosen, sheets, known),
        about_cells=lambda: _about_formats(examples),
    )  # fmt: skip


def _about_merges(scan: Scan) -> Iterator[str]:
    if scan.merges:
        shown = ", ".join(f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
                          for top, bottom, left, right in scan.merges[:5])  # fmt: skip
        more = " and others" if len(scan.merges) > 5 else ""
        yield f"Merged cells ({shown}{more}) count for every row that they cover, in their first column."


def _about_formats(examples: Mapping[int, str]) -> tuple[str, ...]:
    """A number typed into such a cell is shown, and so read, by the same format again."""
    return tuple(
        f'Column {column_letters(at)} has number formats that show more than the number, like "{example}". '
        "Where you correct such a cell, give it the number format 0.00 first."
        for at, example in sorted(examples.items())
        if not _OWN_SIGN.fullmatch(example)
    )


def _patched(block: Block, scan: Scan) -> Block:
    """Write in the errors of formulas."""
    columns = list(block.columns)
    for position in scan.errors.keys() & set(range(len(columns))):
        cells = columns[position].to_pylist()
        for at, row in enumerate(block.numbers.tolist()):
            cells[at] = scan.errors[position].get(row, cells[at])
        columns[position] = texts(cells)
    return Block(block.numbers, columns, block.defects)


def _with_unsolved(blocks: Sequence[Block], scan: Scan) -> Sequence[Block]:
    """Rows that hold nothing but formulas without a result are rows too, though they have no text."""
    known = np.concatenate([block.numbers for block in blocks]) if blocks else np.zeros(0, np.int64)
    missing = sorted({defect.row for defect in scan.defects if defect.rule == NO_RESULT} - set(known.tolist()))
    if not missing:
        return blocks
    every = [*blocks, Block(np.array(missing, dtype=np.int64), [])]
    width = max(len(block.columns) for block in every)
    whole = [_widened(block, width) for block in every]
    numbers = np.concatenate([block.numbers for block in whole])
    order = pa.array(np.argsort(numbers, kind="stable"))
    columns = [pa.chunked_array([block.columns[at] for block in whole]).combine_chunks() for at in range(width)]
    joined = [column.take(order) for column in columns]
    ranked = numbers[order.to_numpy()]
    return [Block(ranked[at : at + ROWS_PER_BLOCK], [column.slice(at, ROWS_PER_BLOCK) for column in joined])
            for at in range(0, len(ranked), ROWS_PER_BLOCK)]  # fmt: skip


def _widened(block: Block, width: int) -> Block:
    missing = [texts([""] * len(block.numbers))] * (width - len(block.columns))
    return Block(block.numbers, [*block.columns, *missing], block.defects)


def _filled(blocks: Sequence[Block], scan: Scan) -> Iterator[Block]:
    """Give every row of a merged cell its value, where the row holds anything else."""
    values: dict[Merge, str] = {}
    for block in blocks if scan.merges else ():
        filled = np.flatnonzero(~blank_rows(block))
        at = dict(zip(block.numbers[filled].tolist(), filled.tolist(), strict=True))
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


def _below(
    blocks: Sequence[Block], row: int, scan: Scan, kinds: Mapping[int, str], examples: dict[int, str]
) -> Iterator[Block]:
    for block in blocks:
        start = int(np.searchsorted(block.numbers, row, side="right"))
        if start < len(block.numbers):
            numbers = block.numbers[start:]
            first, last = int(numbers[0]), int(numbers[-1])
            defects = tuple(defect for defect in scan.defects if first <= defect.row <= last)
            whole = Block(numbers, [column.slice(start) for column in block.columns], defects)
            yield as_shown(whole, scan.marks.between(first, last), kinds, examples) if len(scan.marks) else whole


def block(rows: Sequence[tuple[int, Sequence[str]]]) -> Block:
    """Rows of text of different lengths as one block."""
    width = max(len(cells) for _, cells in rows)
    padded = [[*cells, *[""] * (width - len(cells))] for _, cells in rows]
    columns: list[Any] = [pa.array(column, type=pa.large_string()) for column in zip(*padded, strict=True)]
    return Block(np.array([number for number, _ in rows]), columns)
