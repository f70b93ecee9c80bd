"""How are cells of a workbook replaced?  In place, part by part as in `annotated`; or as a new workbook of the same cells
where the format is one that cannot be written (.xls, .ods)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from campaign_runner.model.spreadsheet import column_letters, column_position
from campaign_runner.reporting.excel.annotated import DAMAGED
from campaign_runner.reporting.excel.package import Package, Pieces, xml_text

Cells = Mapping[int, Mapping[int, str]]
_ROW = re.compile(rb'<((?:\w+:)?)row\b[^>]*?\br="([0-9]{1,7})"[^>]*?(?:/>|>.*?</\1row>)', re.S)
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
# A formula that other cells go by: taking it away would change them.
_SHARED = re.compile(rb'<(?:\w+:)?f\b[^>]*\b(?:ref|t="(?:array|dataTable)")')


def write_corrected(source: Path, target: Path, sheet: str, cells: Cells) -> bool:
    """Write `target`: the workbook with these cells (row -> position -> text); False where that cannot be done."""
    left = {row: dict(changed) for row, changed in cells.items()}
    try:
        with ZipFile(source) as archive:
            package = Package(archive)
            package.leave_out_calculation_order()
            package.stream(package.sheets()[sheet], lambda pieces: _replaced(pieces, left))
            with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as copy:
                package.write(copy)
    except (*DAMAGED, KeyError):
        return False
    return not left


def _replaced(pieces: Pieces, left: dict[int, dict[int, str]]) -> Iterator[bytes]:
    waiting = b""
    for piece in pieces:
        waiting += piece
        if ends := [match.end() for match in _ROW_END.finditer(waiting)]:
            yield _ROW.sub(lambda row: _row(row, left), waiting[: ends[-1]])
            waiting = waiting[ends[-1] :]
    yield _ROW.sub(lambda row: _row(row, left), waiting)


def _row(match: re.Match[bytes], left: dict[int, dict[int, str]]) -> bytes:
    prefix, row = match[1], int(match[2])
    if row not in left:
        return match[0]
    whole = match[0]
    if whole.endswith(b"/>") and not whole.endswith(b"</%brow>" % prefix):
        opening, body, closing = whole[:-2] + b">", b"", b"</%brow>" % prefix
    else:
        at = whole.index(b">") + 1
        opening, body, closing = whole[:at], whole[at : whole.rindex(b"<")], whole[whole.rindex(b"<") :]
    return opening + _cells(body, prefix, row, left.pop(row)) + closing


def _cells(body: bytes, prefix: bytes, row: int, changed: Mapping[int, str]) -> bytes:
    """The cells of one row with the changed ones in their places."""
    pattern = re.compile(rb'<%bc\b[^>]*?\br="([A-Z]{1,3})[0-9]+"[^>]*?(?:/>|>.*?</%bc>)' % (prefix, prefix), re.S)
    parts, done, waiting = [], 0, sorted(changed)
    for cell in pattern.finditer(body):
        here = column_position(cell[1].decode())
        while waiting and waiting[0] <= here:
            position = waiting.pop(0)
            parts.append(body[done : cell.start()])
            done = cell.start()
            if position == here:
                if _SHARED.search(cell[0]):
                    raise ValueError("other cells go by this formula")
                done = cell.end()
            style = re.search(rb'^[^>]*?\ss="([0-9]{1,6})"', cell[0]) if position == here else None
            parts.append(_cell(prefix, row, position, changed[position], style))
    return b"".join([*parts, body[done:], *(_cell(prefix, row, at, changed[at], None) for at in waiting)])


def _cell(prefix: bytes, row: int, position: int, value: str, style: re.Match[bytes] | None) -> bytes:
    name = f"{column_letters(position)}{row}".encode()
    look = b' s="%b"' % style[1] if style else b""
    if not value:
        return b'<%bc r="%b"%b/>' % (prefix, name, look)
    text = xml_text(value).encode()
    return b'<%bc r="%b"%b t="inlineStr"><%bis><%bt xml:space="preserve">%b</%bt></%bis></%bc>' % (
        prefix, name, look, prefix, prefix, text, prefix, prefix, prefix)  # fmt: skip


def write_same_cells(
    target: Path, sheet: str, rows: Iterable[tuple[int, Sequence[str]]], cells: Cells, *, hidden: Collection[int],
    struck: Collection[int], hidden_columns: Iterable[int],
) -> None:  # fmt: skip
    """Write a new workbook of a sheet's rows as text, each in its place, with what was hidden or struck through."""
    book = Workbook(write_only=True)
    copy = book.create_sheet(sheet[:31])
    for position in hidden_columns:
        copy.column_dimensions[column_letters(position)].hidden = True
    for row in hidden:
        copy.row_dimensions[row].hidden = True
    done = 0
    for row, values in rows:
        for _ in range(done + 1, row):
            copy.append([])
        texts = list(values) + [""] * (max(cells.get(row, {0: ""})) + 1 - len(values))
        for position, value in cells.get(row, {}).items():
            texts[position] = value
        copy.append([_text(copy, value, struck=row in struck) for value in texts])
        done = row
    book.save(target)


def _text(sheet: Any, value: str, *, struck: bool) -> Any:
    if not value:
        return None
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    cell.number_format = "@"
    if struck:
        cell.font = Font(strike=True)
    return cell
