"""Which function opens which kind of file?  One line per format."""

from __future__ import annotations

from pathlib import Path

from campaign_runner.intake.delimited import open_delimited
from campaign_runner.intake.grid import Grid, Opener
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.kinds import kind_of
from campaign_runner.intake.workbook import open_workbook

OPENERS: dict[str, Opener] = {
    "text": open_delimited,
    "xlsx": open_workbook,
    "xls": open_workbook,
    "ods": open_workbook,
}


def open_grid(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """The content decides, not the name; raises FileUnusable where it is no spreadsheet."""
    return OPENERS[kind_of(path)](path, sheet, known)
