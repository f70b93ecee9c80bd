"""Which formats can be read?  One entry each: to add a format, write its reader and enter it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from campaign_runner.intake.excel.workbook import read_xlsx
from campaign_runner.intake.excel.xls import read_xls
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.opendocument.ods import read_ods
from campaign_runner.intake.sheets import Contents

Reader = Callable[[Path, str | None, Spellings], Contents]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what people call it, how its names end, and who reads it in the sandbox (None: as text).

    It is recognised by its first bytes (`start`), or by a part of its zip archive (`part`).
    """

    name: str
    suffixes: tuple[str, ...]
    read: Reader | None = None
    part: str = ""
    start: bytes = b""


FORMATS = {
    "text": Format("a text file", (".csv", ".tsv", ".txt")),
    "xlsx": Format("an Excel workbook (.xlsx)", (".xlsx", ".xlsm"), read_xlsx, part="xl/workbook.xml"),
    "xls": Format("an old Excel workbook (.xls)", (".xls",), read_xls),
    "ods": Format("an OpenDocument spreadsheet (.ods)", (".ods",), read_ods),
}
SUFFIXES = {suffix: kind for kind, each in FORMATS.items() for suffix in each.suffixes}
