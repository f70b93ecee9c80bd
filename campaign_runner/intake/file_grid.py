"""What does a file hold?  Its content decides on the format (`formats.FORMATS`); workbooks are read in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from campaign_runner.intake.excel.workbook import listed_xlsx
from campaign_runner.intake.file_kinds import is_foreign, kind_of
from campaign_runner.intake.formats import FORMATS, SUFFIXES
from campaign_runner.intake.grid import Block, Grid, Row
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.sandbox import confined
from campaign_runner.intake.scan import Scan
from campaign_runner.intake.sheet_choice import Sheet
from campaign_runner.intake.sheets import Contents, assemble
from campaign_runner.intake.text.delimited import open_delimited


def open_grid(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The content decides, not the name; raises FileUnusable where it is not a spreadsheet."""
    if is_foreign(path):
        kind, chosen, sheets, blocks, scan = confined(path, _read, path, sheet, known)
        for each in sheets:
            # The first rows of those that nobody has asked for yet are read in another sandbox, if at all.
            each.look = partial(confined, path, _first_rows, path, each.name)
        grid = assemble(Contents(sheets[chosen], sheets, blocks, scan), known)
    else:
        kind = kind_of(path)
        grid = open_delimited(path, sheet, known)
    if SUFFIXES.get(path.suffix.lower(), kind) == kind:
        return grid
    return replace(grid, notes=(f"{path.name} is really {FORMATS[kind].name}, and was read as that.", *grid.notes))


def _read(path: Path, sheet: str | None, known: Spellings) -> tuple[str, int, list[Sheet], list[Block], Scan]:
    """In the sandbox: the format, which sheet was chosen, all sheets, its cells, and what else is known of it."""
    kind = kind_of(path)
    read = FORMATS[kind].read
    assert read, kind
    contents = read(path, sheet, known)
    chosen = next(at for at, each in enumerate(contents.sheets) if each is contents.chosen)
    return kind, chosen, contents.sheets, list(contents.blocks), contents.scan


def _first_rows(path: Path, name: str) -> Sequence[Row]:
    return next(sheet.head() for sheet in listed_xlsx(path) if sheet.name == name)
