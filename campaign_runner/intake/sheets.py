"""Which sheet of a workbook is read, and what becomes of its blocks?  The same for xlsx, xls and ods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from campaign_runner.intake.cells.shown import as_shown
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Block, Grid, Row, blank_rows, texts
from campaign_runner.intake.headers import Spellings, score
from campaign_runner.intake.scan import NO_RESULT, Merge, Scan
from campaign_runner.model.errors import FileUnusable

PROBLEMS_SHEET = "Problems"  # of the annotated workbook; in .xlsx it is known by the colour of its tab

_OWN_SIGN = re.compile(r"-?(?:\$|USD )[0-9.]+")  # what nearly all rewards are in: nothing to say of that
_MAX_MERGED_ROWS = 5_000_000  # more than there are rows, five times over


def _nothing() -> tuple[Row, ...]:
    return ()


@dataclass(slots=True)
class Sheet:
    """A worksheet: its name, whether the user sees it, whether it holds anything, whether it is our list of problems.

    `head()` gives its first rows that are not blank; `asked`: the user named this sheet.
    """

    name: str
    visible: bool = True
    filled: bool = False
    ours: bool = False
    head: Callable[[], tuple[Row, ...]] = _nothing
    asked: bool = False


def choose(source: str, sheets: Sequence[Sheet], wanted: str | None, known: Spellings) -> Sheet:
    """The sheet asked for, or the first visible one that has a header; our own list of problems is passed over."""
    if wanted is not None:
        asked = next((sheet for sheet in sheets if sheet.name == wanted), None)
        if asked is None:
            listed = ", ".join(f'"{sheet.name}"' for sheet in sheets)
            raise FileUnusable(f'{source} has no sheet "{wanted}". It has {listed}. Name one of them with --sheet.')
        asked.asked = True
        return asked
    if not sheets:
        raise FileUnusable(f"{source} has no sheet with cells. Add one row per reward below a header row.")
    ranked = sorted(sheets, key=lambda sheet: (sheet.ours, not sheet.visible))
    visible = [sheet for sheet in ranked if sheet.visible and not sheet.ours]
    if len(visible) < 2:
        return ranked[0]
    scores = [len(_header(sheet, known)[1]) for sheet in visible]
    enough = next((least for least in (2, 1) if max(scores) >= least), 0)
    return next(sheet for sheet, score in zip(visible, scores, strict=True) if score >= enough)


def assemble(
    chosen: Sheet, sheets: Sequence[Sheet], blocks: Sequence[Block], scan: Scan, known: Spellings,
    guarded: bool = False,
) -> Grid:  # fmt: skip
    """Put values and scan together."""
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

    unread = () if chosen.asked else tuple(_unread(chosen, sheets, known))
    notes = (*_about_sheets(chosen, sheets, unread, known), *scan.notes, *_about_merges(scan))
    hidden_columns = tuple(sorted(at for at in scan.hidden_columns if at < width))
    return Grid(
        chosen.name, _head(filled), below, width, frozenset(scan.hidden_rows), hidden_columns, notes, guarded,
        unread=unread, elsewhere=lambda: _elsewhere(chosen, sheets, known),
        about_cells=lambda: _about_formats(examples),
    )  # fmt: skip


def _header(sheet: Sheet, known: Spellings) -> tuple[int, frozenset[str]]:
    """The row number of a sheet's header and the fields that it names; 0 and none where there is no header."""
    best: tuple[int, frozenset[str]] = (0, frozenset())
    for number, cells in sheet.head():
        fields = frozenset(field for cell in cells if (field := known.field(cell)))
        if score(cells, known) and len(fields) > len(best[1]):
            best = number, fields
    return best


def _unread(chosen: Sheet, sheets: Sequence[Sheet], known: Spellings) -> Iterator[str]:
    """Other visible sheets with rows below the same header: it names the amount if this one does, and most fields."""
    others = [sheet for sheet in sheets if sheet is not chosen and sheet.visible and sheet.filled and not sheet.ours]
    mine = _header(chosen, known)[1] if others else frozenset()
    for sheet in others:
        number, fields = _header(sheet, known)
        has_rows = any(row > number for row, _ in sheet.head())
        same = len(fields & mine) >= max(1, 0.6 * len(mine)) and ("amount" in fields or "amount" not in mine)
        if number and has_rows and same:
            yield sheet.name


def _elsewhere(chosen: Sheet, sheets: Sequence[Sheet], known: Spellings) -> str:
    """Which other sheet has a header."""
    found = [(sheet, _header(sheet, known)) for sheet in sheets if sheet is not chosen and not sheet.ours]
    usable = sorted((each for each in found if each[1][0]), key=lambda each: (not each[0].visible, -len(each[1][1])))
    if not usable:
        return ""
    sheet, (number, _) = usable[0]
    hidden = "" if sheet.visible else "hidden "
    return f'The {hidden}sheet "{sheet.name}" has a header in row {number}: use --sheet "{sheet.name}".'


def _about_sheets(chosen: Sheet, sheets: Sequence[Sheet], unread: Sequence[str], known: Spellings) -> Iterator[str]:
    if ours := [sheet.name for sheet in sheets if sheet.ours and sheet is not chosen]:
        yield f'The sheet "{ours[0]}" lists the problems of an earlier check, and was passed over.'
    others = [sheet for sheet in sheets if sheet.filled and not sheet.ours and sheet is not chosen]
    for name in unread:
        yield (
            f'The sheet "{name}" has rows below the same header, and was not read. Run it too with --sheet "{name}", or '
            f'say with --sheet "{chosen.name}" that this one is meant.'
        )
    first = next((sheet for sheet in others if sheet.visible and _stands_before(sheet, chosen, sheets)), None)
    if first and not _header(first, known)[0] and _header(chosen, known)[0]:
        yield f'The sheet "{first.name}" has no header row, so the sheet "{chosen.name}" was read.'
    others = [sheet for sheet in others if sheet.name not in unread]
    if others:
        listed = ", ".join(f'"{other.name}"' for other in others)
        holds = "hold" if others[1:] else "holds"
        yield f'Only the sheet "{chosen.name}" was read; {listed} {holds} data too (see --sheet).'
    if not chosen.visible:
        yield f'The sheet "{chosen.name}" is hidden.'


def _stands_before(sheet: Sheet, chosen: Sheet, sheets: Sequence[Sheet]) -> bool:
    return list(map(id, sheets)).index(id(sheet)) < list(map(id, sheets)).index(id(chosen))


def _about_merges(scan: Scan) -> Iterator[str]:
    if scan.merges:
        shown = ", ".join(f"{_letters(left)}{top}:{_letters(right)}{bottom}"
                          for top, bottom, left, right in scan.merges[:5])  # fmt: skip
        more = " and others" if len(scan.merges) > 5 else ""
        yield f"Merged cells ({shown}{more}) count for every row that they cover, in their first column."


def _about_formats(examples: Mapping[int, str]) -> tuple[str, ...]:
    """A number typed into such a cell is shown, and so read, by the same format again."""
    return tuple(
        f'Column {_letters(at)} has number formats that show more than the number, like "{example}". Where you correct '
        "such a cell, give it the number format 0.00 first."
        for at, example in sorted(examples.items())
        if not _OWN_SIGN.fullmatch(example)
    )


def _letters(position: int) -> str:
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


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
