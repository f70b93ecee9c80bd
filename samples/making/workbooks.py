"""Workbooks with the same bytes every time: fixed times in their properties and in the zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

from openpyxl import Workbook

WRITTEN_ON = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z")


def workbook(rows: Sequence[Sequence[object]], *, sheet: str = "Rewards", hidden: Sequence[int] = ()) -> bytes:
    """A plain workbook of these rows; `hidden` are row numbers."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for number in hidden:
        page.row_dimensions[number].hidden = True
    return settled(book)


def sheets(*named: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of several sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in named:
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return settled(book)


def shown(rows: Sequence[Sequence[object]], cell: str, value: object, number_format: str) -> bytes:
    """A plain workbook in which one cell has a value and a number format of its own."""
    book = Workbook()
    page = book.active
    page.title = "Rewards"
    for row in rows:
        page.append(list(row))
    page[cell] = value
    page[cell].number_format = number_format
    return settled(book)


def settled(book: Workbook) -> bytes:
    """The bytes of a workbook, as if it had been saved at `WRITTEN_ON`."""
    buffer, again = io.BytesIO(), io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _TIME.sub(WRITTEN_ON.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            info = zipfile.ZipInfo(name, WRITTEN_ON.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return again.getvalue()
