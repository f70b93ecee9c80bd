"""Which function reads which kind of file (`file_kinds.KINDS`)?  One line per format; workbooks are read in the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from campaign_runner.intake.excel.workbook import listed_xlsx, read_xlsx
from campaign_runner.intake.excel.xls import read_xls
from campaign_runner.intake.file_kinds import KINDS, SUFFIXES, is_container, kind_of
from campaign_runner.intake.grid import Block, Grid, Row
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.opendocument.ods import read_ods
from campaign_runner.intake.sandbox import confined
from campaign_runner.intake.scan import Scan
from campaign_runner.intake.sheet_choice import Sheet
from campaign_runner.intake.sheets import Contents, assemble
from campaign_runner.intake.text.delimited import open_delimited

Reader = Callable[[Path, str | None, Spellings], Contents]

WORKBOOKS: dict[str, Reader] = {
    "xlsx": read_xlsx,
    "xls": read_xls,
    "ods": read_ods,
}


def open_grid(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The content decides, not the name; raises FileUnusable where it is not a spreadsheet."""
    if is_container(path):
        kind, chosen, sheets, blocks, scan = confined(path, _read, path, sheet, known)
        for (
            each
        ) in sheets:  # the first rows of those that nobody has asked for yet are read in another one, if at all
            each.look = partial(confined, path, _first_rows, path, each.name)
        grid = assemble(Contents(sheets[chosen], sheets, blocks, scan), known)
    else:
        kind = kind_of(path)
        grid = open_delimited(path, sheet, known)
    if SUFFIXES.get(path.suffix.lower(), kind) == kind:
        return grid
    return replace(grid, notes=(f"{path.name} is really {KINDS[kind].name}, and was read as that.", *grid.notes))


def _read(path: Path, sheet: str | None, known: Spellings) -> tuple[str, int, list[Sheet], list[Block], Scan]:
    """In the sandbox: the kind of file, which sheet was chosen, all sheets, its cells, and what else is known of it."""
    kind = kind_of(path)
    contents = WORKBOOKS[kind](path, sheet, known)
    chosen = next(at for at, each in enumerate(contents.sheets) if each is contents.chosen)
    return kind, chosen, contents.sheets, list(contents.blocks), contents.scan


def _first_rows(path: Path, name: str) -> Sequence[Row]:
    return next(sheet.head() for sheet in listed_xlsx(path) if sheet.name == name)
