# ruff: noqa: E501  (one cell a line reads best)
"""Workbooks made in a few lines, and what a check says of them, through the real reader and the real rules."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from campaign_runner import intake, validation
from campaign_runner.model import RuleBook

HEADER = ["First name", "E-mail", "Amount"]
ANA, BO = ["Ana", "ana@example.com", 25], ["Bo", "bo@example.com", 30]
SHEET = "xl/worksheets/sheet1.xml"
Change = Callable[[str, bytes], tuple[str, bytes] | None]


@dataclass
class Checked:
    """`problems`: cell -> the worst sentence about it."""

    rows: dict[int, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    notes: tuple[str, ...] = ()
    sheet: str = ""
    unread: tuple[str, ...] = ()

    @property
    def held_or_wrong(self) -> set[int]:
        return self.hidden | self.struck | {int(re.sub("[^0-9]", "", cell)) for cell in self.problems}


@cache
def rule_book() -> RuleBook:
    return validation.load_book(None)


def checked(path: Path, content: bytes, currency: str = "USD", sheet: str | None = None) -> Checked:
    """What `check` finds in a file of these bytes."""
    path.write_bytes(content)
    table = intake.read(path, rule_book(), sheet=sheet)
    validator = validation.compile_rules(
        rule_book(), columns=table.columns, today=date(2026, 11, 27), currency=currency,
        defaults={"deliveryMethod": "EMAIL", "utid": "U561593"},
    )  # fmt: skip
    found = Checked(notes=table.notes, sheet=table.sheet, unread=table.unread)
    for rows in table.chunks():
        found.rows |= dict(zip(rows.cells.index.tolist(), rows.cells.to_numpy().tolist(), strict=True))
        found.hidden |= rows.hidden
        found.struck |= rows.struck
        problems = [problem for problem in validator(rows).problems if problem.severity == "error"]
        found.problems |= {problem.cell: problem.sentence for problem in problems}
    return found


def xlsx(*rows: Sequence[object], fill: Callable[[Any, Any], object] = lambda book, sheet: None) -> bytes:
    """A workbook with one sheet "Q4"; `fill(book, sheet)` changes it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Q4"
    for row in rows or (HEADER, ANA, BO):
        sheet.append(list(row))
    fill(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shown_as(code: str, value: object = 25, cell: str = "C2", *rows: Sequence[object]) -> bytes:
    """A workbook whose one cell has a number format."""

    def fill(_: Any, sheet: Any) -> None:
        sheet[cell] = value
        sheet[cell].number_format = code

    return xlsx(*rows, fill=fill)


def patched(content: bytes, change: Change, **more: bytes) -> bytes:
    """A workbook with its parts renamed or changed, and further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if changed := change(name, old.read(name)):
                new.writestr(*changed)
        for name, data in more.items():
            new.writestr(name, data)
    return out.getvalue()


def in_part(part: str, old: str, new: str) -> Change:
    """Replaces what an expression finds in one part."""
    return lambda name, data: (name, re.sub(old.encode(), new.encode(), data) if name == part else data)


def with_cell(content: bytes, cell: str, xml: str) -> bytes:
    """A workbook with one cell written otherwise."""
    mark = lambda _: xml.encode()  # noqa: E731
    return patched(content, lambda name, data: (
        name, re.sub(rb'<c r="%b"(?:[^>]*/>|.*?</c>)' % cell.encode(), mark, data) if name == SHEET else data))  # fmt: skip


def ods(rows: str, styles: str = "", prefix: str = "table") -> bytes:
    """An OpenDocument spreadsheet of one sheet "Q4"; `prefix`: what stands for its name space of tables."""
    spaces = " ".join(
        f'xmlns:{prefix if name == "table" else name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="Q4">{ods_row(*HEADER)}{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", re.sub(r"(?<!xmlns:)\btable:", f"{prefix}:", content))
    return out.getvalue()


def ods_row(*cells: str, attributes: str = "") -> str:
    """A row; a cell that begins with `<` is taken as it is."""
    inside = "".join(
        cell if cell.startswith("<") else
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )  # fmt: skip
    return f"<table:table-row {attributes}>{inside}</table:table-row>"


def ods_cell(kind: str, shown: str, **attributes: str) -> str:
    """A typed cell with the text that it shows."""
    words = "".join(f' office:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell office:value-type="{kind}"{words}><text:p>{shown}</text:p></table:table-cell>'


def xls(cells: Mapping[tuple[int, int], object], codes: Mapping[tuple[int, int], str] | None = None,
        records: bytes = b"", book_records: bytes = b"") -> bytes:  # fmt: skip
    """A workbook of Excel 97 with one sheet "Q4": (row, column) from 0 -> value, and their number formats."""
    codes = codes or {}
    known = list(dict.fromkeys(codes.values()))
    book = book_records + b"".join(
        record(0x41E, struct.pack("<H", 200 + at) + text(code)) for at, code in enumerate(known)
    )
    for number in (0, *range(200, 200 + len(known))):
        book += record(0xE0, struct.pack("<2H", 0, number) + bytes(16))
    body = records
    for (row, column), value in sorted(cells.items()):
        style = known.index(codes[row, column]) + 1 if (row, column) in codes else 0
        place = struct.pack("<3H", row, column, style)
        body += record(0x204, place + text(value)) if isinstance(value, str) else record(
            0x203, place + struct.pack("<d", float(value)))  # type: ignore[arg-type]  # fmt: skip
    begin = record(0x809, struct.pack("<2H", 0x600, 5) + bytes(12))
    name = text("Q4", 1)
    entry = record(0x85, struct.pack("<I2B", len(begin) + len(book) + 10 + len(name) + 4, 0, 0) + name)
    sheet = record(0x809, struct.pack("<2H", 0x600, 16) + bytes(12))
    return compound(begin + book + entry + record(0x0A, b"") + sheet + body + record(0x0A, b""))


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


def text(words: str, length_bytes: int = 2) -> bytes:
    return len(words).to_bytes(length_bytes, "little") + b"\x01" + words.encode("utf-16-le")


def compound(stream: bytes) -> bytes:
    """One stream `Workbook` in a compound file of 512-byte sectors: header, table, directory, stream."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<8I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    root = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    directory = root + _entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    table_sector = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    return header + table_sector + directory.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    """One file or folder of a compound file."""
    spelled = name.encode("utf-16-le")
    tree = struct.pack("<H2B3I", len(spelled) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (spelled.ljust(64, b"\0") + tree).ljust(116, b"\0") + struct.pack("<3I", first, size, 0)
