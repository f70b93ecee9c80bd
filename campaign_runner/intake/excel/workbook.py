"""Which cells does an .xlsx or .xlsm workbook hold?  calamine reads the values; what it does not tell is in the scans.

Where a workbook is written so that calamine does not read it, or not as Excel does, `xlsxcells` reads it instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import python_calamine as calamine

from campaign_runner.intake.cells import typed
from campaign_runner.intake.container import Container
from campaign_runner.intake.excel import sheet_cells, sheet_scan
from campaign_runner.intake.excel.cell_values import Workbook
from campaign_runner.intake.excel.parts import SheetPart, WorkbookParts, workbook_parts
from campaign_runner.intake.excel.styles import cell_styles, shared_strings
from campaign_runner.intake.grid import ROWS_PER_BLOCK, Block, Row
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.scan import MAX_CELLS, MAX_COLUMNS, Scan
from campaign_runner.intake.sheet_choice import Sheet, choose
from campaign_runner.intake.sheets import Contents
from campaign_runner.intake.unreadable import broken, protected
from campaign_runner.model.errors import FileUnusable


def read_xlsx(path: Path, sheet: str | None, known: Spellings) -> Contents:
    """An .xlsx or .xlsm workbook: checked and scanned first, then read; macros are never looked at."""
    container = Container(path)
    parts = workbook_parts(container)
    strings_usual = sheet_scan.check_strings(container, parts.strings)
    sheets = _sheets(container, parts)
    chosen = choose(path.name, sheets, sheet, known)
    part = next(each.part for each in parts.sheets if each.name == chosen.name)
    if not part:
        raise FileUnusable(
            f'{path.name} is damaged: the sheet "{chosen.name}" is listed, but its cells are not in the file. Save it '
            "again in Excel and run again."
        )
    blocks, scan = _cells(container, parts, chosen.name, part, strings_usual)
    scan.close_areas()
    if parts.links:
        scan.notes.append(
            "The workbook links to other workbooks. They were not opened: the stored results were used."
        )
    return Contents(chosen, sheets, blocks, scan)


def listed_xlsx(path: Path) -> list[Sheet]:
    """All sheets, to look at one more of them."""
    container = Container(path)
    return _sheets(container, workbook_parts(container))


def _sheets(container: Container, parts: WorkbookParts) -> list[Sheet]:
    @cache
    def strings() -> Sequence[str]:
        return shared_strings(container, parts.strings)[0]

    def sheet(each: SheetPart) -> Sheet:
        def head() -> tuple[Row, ...]:
            return sheet_cells.first_rows(container, each.part, strings) if each.part else ()

        filled, ours = sheet_scan.nature(container, each.part)
        return Sheet(each.name, each.visible, filled, ours, head)

    return [sheet(each) for each in parts.sheets]


def _cells(
    container: Container, parts: WorkbookParts, name: str, part: str, strings_usual: bool
) -> tuple[Sequence[Block], Scan]:
    """By calamine where it reads what Excel would show, else tag by tag."""
    styles = cell_styles(container, parts.styles)
    read = (parts.workbook, parts.strings, parts.styles, part)
    if strings_usual and parts.is_usual and all(container.is_utf8(each) for each in read if each):
        scan = sheet_scan.scan(container, part, styles, parts.is_unsolved)
        if scan.is_usual:
            _check_extent(container, name, scan)
            try:
                return _values(container.path, name, scan), scan
            except FileUnusable:
                pass  # one cell that it does not know is enough
    strings, struck = shared_strings(container, parts.strings)
    book = Workbook(
        strings, styles.looks, parts.counts_1904, parts.is_unsolved, styles.struck, struck, styles.struck_rules
    )
    blocks, scan = sheet_cells.read_cells(container, part, book)
    return blocks, scan


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


def _values(path: Path, name: str, scan: Scan) -> Sequence[Block]:
    with guarded(path):
        sheet = calamine.load_workbook(path).get_sheet_by_name(name)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            if bottom > top:
                scan.merges.append((top + 1, bottom + 1, left, right))
        return list(_blocks(sheet, scan))


def _blocks(sheet: Any, scan: Scan) -> Iterator[Block]:
    """Blocks of rows from A1 on, whatever corner the cells begin in."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    rows, first = sheet.iter_rows(), 1
    while block := list(islice(rows, ROWS_PER_BLOCK)):
        columns = [typed.column([""] * len(block))] * left if left else []
        for at, cells in enumerate(zip(*block, strict=True), left):
            column, marks = typed.marked_column(cells)
            columns.append(column)
            for mark, places in marks:
                scan.marks.add_all([first + place for place in places], [at] * len(places), mark)
        yield Block(np.arange(first, first + len(block)), columns)
        first += len(block)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Everything that calamine raises, panics too, as FileUnusable."""
    try:
        yield
    except calamine.PasswordError:
        raise FileUnusable(protected(path)) from None
    except (calamine.CalamineError, OSError, ValueError, OverflowError):
        raise FileUnusable(broken(path)) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise FileUnusable(broken(path)) from None
        raise
