"""Which function opens which kind of file?  One line per format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from campaign_runner.intake.excel.workbook import open_xlsx
from campaign_runner.intake.excel.xls import open_xls
from campaign_runner.intake.file_kinds import SUFFIXES, kind_of
from campaign_runner.intake.grid import Grid, Opener
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.opendocument.ods import open_ods
from campaign_runner.intake.text.delimited import open_delimited

OPENERS: dict[str, Opener] = {
    "text": open_delimited,
    "xlsx": open_xlsx,
    "xls": open_xls,
    "ods": open_ods,
}
_NAMES = {
    "text": "a text file",
    "xlsx": "an Excel workbook (.xlsx)",
    "xls": "an old Excel workbook (.xls)",
    "ods": "an OpenDocument spreadsheet (.ods)",
}


def open_grid(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The content decides, not the name; raises FileUnusable where it is no spreadsheet."""
    kind = kind_of(path)
    grid = OPENERS[kind](path, sheet, known)
    if SUFFIXES.get(path.suffix.lower(), kind) == kind:
        return grid
    return replace(grid, notes=(f"{path.name} is really {_NAMES[kind]}, and was read as that.", *grid.notes))
