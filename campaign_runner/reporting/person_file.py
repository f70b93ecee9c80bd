"""How is one person's data handed over?  As JSON for machines, as a workbook or a page for people; same content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from campaign_runner.model.errors import UsageError
from campaign_runner.reporting.atomic import replacing
from campaign_runner.reporting.excel.workbook_writer import HEADER, PLAIN_TEXT
from campaign_runner.reporting.page_template import template

_TITLES = {
    "rewards": "Rewards", "rows": "Rows of files", "files": "Files", "texts": "Other texts", "account": "Account",
    "backups": "Backups",
}  # fmt: skip
_WIDTH = 24
_LONGEST_CELL = 32_000


class Table(NamedTuple):
    """A part of the data as a table."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_person(target: Path, data: Mapping[str, Any]) -> list[Path]:
    """Write it to a .json, .xlsx or .html file, or to all three in a folder; returns the files. Raises UsageError."""
    if not target.suffix or target.is_dir():
        return [path for kind in _WRITERS for path in write_person(target / f"person{kind}", data)]
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise UsageError(f"--to {target}: name a .json, .xlsx or .html file, or a folder for all three.")
    with replacing(target) as draft:
        writer(draft, data)
    return [target]


def _json(draft: Path, data: Mapping[str, Any]) -> None:
    draft.write_text(json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n", "utf-8")


def _page(draft: Path, data: Mapping[str, Any]) -> None:
    page = template("person.html").render(person=data["person"], tables=_tables(data), notes=data["notes"])
    draft.write_text(page, "utf-8")


def _workbook(draft: Path, data: Mapping[str, Any]) -> None:
    with xlsxwriter.Workbook(str(draft), PLAIN_TEXT) as book:
        bold, text = book.add_format(HEADER), book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        notes = Table("About", ("Personal data of", str(data["person"])), [(note, "") for note in data["notes"]])
        for table in (*_tables(data), notes):
            sheet = book.add_worksheet(table.title)
            sheet.write_row(0, 0, table.headings, bold)
            for number, row in enumerate(table.rows, 1):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell[:_LONGEST_CELL], text)
            sheet.set_column(0, max(0, len(table.headings) - 1), _WIDTH)
            sheet.freeze_panes(1, 0)


def _tables(data: Mapping[str, Any]) -> list[Table]:
    return [_table(title, data[name]) for name, title in _TITLES.items()]


def _table(title: str, part: Any) -> Table:
    rows = [_flat(row) for row in ([part] if isinstance(part, Mapping) else part or ())]
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return Table(title, headings or ("",), [[row.get(name, "") for name in headings] for row in rows])


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Every value in a cell of its own, under the names that lead to it."""
    cells: dict[str, str] = {}
    for name, value in row.items():
        label = f"{before}{name}"
        if isinstance(value, Mapping):
            cells |= _flat(value, f"{label}.")
        elif isinstance(value, (list, tuple)):
            cells[label] = "\n".join(", ".join(_flat({"": one}).values()) for one in value)
        else:
            cells[label] = "" if value is None else str(value)
    return cells


_WRITERS: Mapping[str, Callable[[Path, Mapping[str, Any]], None]] = {
    ".json": _json,
    ".xlsx": _workbook,
    ".html": _page,
}
