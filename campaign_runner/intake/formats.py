"""Which function reads which kind of file?  One line per format; workbooks are read in the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from campaign_runner.intake.excel.workbook import listed_xlsx, read_xlsx
from campaign_runner.intake.excel.xls import read_xls
from campaign_runner.intake.file_kinds import SUFFIXES, is_container, kind_of
from campaign_runner.intake.grid import Grid, Row
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.opendocument.ods import read_ods
from campaign_runner.intake.sandbox import confined
from campaign_runner.intake.sheets import Contents, assemble
from campaign_runner.intake.text.delimited import open_delimited

Reader = Callable[[Path, str | None, Spellings], Contents]

WORKBOOKS: dict[str, Reader] = {
    "xlsx": read_xlsx,
    "xls": read_xls,
    "ods": read_ods,
}
_NAMES = {
    "text": "a text file",
    "xlsx": "an Excel workbook (.xlsx)",
    "xls": "an old Excel workbook (.xls)",
    "ods": "an OpenDocument spreadsheet (.ods)",
}


def open_grid(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The content decides, not the name; raises FileUnusable where it is no spreadsheet."""
    if is_container(path):
        kind, contents = confined(path, _read, path, sheet, known)
        grid = assemble(contents, known)
    else:
        kind = kind_of(path)
        grid = open_delimited(path, sheet, known)
    if SUFFIXES.get(path.suffix.lower(), kind) == kind:
        return grid
    return replace(grid, notes=(f"{path.name} is really {_NAMES[kind]}, and was read as that.", *grid.notes))


def _read(path: Path, sheet: str | None, known: Spellings) -> tuple[str, Contents]:
    """In the sandbox. The first rows of sheets that nobody has asked for yet are read in another one, if at all."""
    kind = kind_of(path)
    contents = WORKBOOKS[kind](path, sheet, known)
    for each in contents.sheets:
        each.look = partial(confined, path, _first_rows, path, each.name)
    return kind, contents


def _first_rows(path: Path, name: str) -> Sequence[Row]:
    return next(sheet.head() for sheet in listed_xlsx(path) if sheet.name == name)
