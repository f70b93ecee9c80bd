"""Old workbooks, record by record: formats, results of formulas, what is refused."""

from __future__ import annotations

import struct

import pytest

from campaign_runner.model.errors import FileUnusable
from tests.workbooks import compound, record, text


def _workbook(cells: bytes, book: bytes = b"", version: int = 0x600) -> bytes:
    """A sheet "Rewards" with the header Amount, Own, Day in row 1."""
    begin = record(0x809, struct.pack("<2H", version, 5) + bytes(12))
    header = b"".join(
        record(0x204, struct.pack("<3H", 0, at, 0) + text(name)) for at, name in enumerate(("Amount", "Own", "Day"))
    )
    sheet = record(0x809, struct.pack("<2H", version, 16) + bytes(12)) + header + cells + record(0x0A, b"")
    length = len(begin) + len(book) + 4 + 6 + len(text("Rewards", 1)) + 4
    entry = record(0x85, struct.pack("<I2B", length, 0, 0) + text("Rewards", 1))
    return compound(begin + book + entry + record(0x0A, b"") + sheet)


def _cell_format(number: int) -> bytes:
    return record(0xE0, struct.pack("<2H", 0, number) + bytes(16))


def _formula(column: int, value: bytes) -> bytes:
    return record(0x06, struct.pack("<3H", 1, column, 0) + value + bytes(8))


def test_results_of_formulas_are_read_whatever_their_kind(read, shown):
    cells = (
        _formula(0, struct.pack("<d", 12.5)) + _formula(1, b"\0\0\0\0\0\0\xff\xff") + record(0x207, text("Dear Ana"))
    )
    assert shown(read("q4.xls", _workbook(cells))) == {2: ["12.5", "Dear Ana", ""]}
    cells = (
        _formula(0, b"\x01\0\x01\0\0\0\xff\xff")
        + _formula(1, b"\x02\0\x07\0\0\0\xff\xff")
        + _formula(2, b"\x03" + bytes(5) + b"\xff\xff")
    )
    table = read("q4.xls", _workbook(cells))
    assert shown(table) == {2: ["TRUE", "#DIV/0!", ""]}
    assert [problem.cell for rows in table.chunks() for problem in rows.problems] == ["A2", "B2", "C2"]


def test_days_times_and_leading_zeros_follow_the_number_format(read, shown):
    formats = record(0x41E, struct.pack("<H", 164) + text("00000")) + record(
        0x41E, struct.pack("<H", 165) + text('"day" 0')
    )
    styles = b"".join(map(_cell_format, (0, 14, 20, 46, 164, 165)))
    values = [(0, 5), (1, 46380), (2, 0.5), (3, 1.25), (4, 2134), (5, 7), (1, 30), (1, -1e9)]
    cells = b"".join(
        record(0x203, struct.pack("<3Hd", row, 0, style, value)) for row, (style, value) in enumerate(values, 1)
    )
    assert [row[0] for row in shown(read("q4.xls", _workbook(cells, formats + styles))).values()] == [
        "5", "2026-12-24", "12:00:00", "30:00:00", "02134", "day 7", "1900-01-30", "-1000000000",
    ]  # fmt: skip
    since_1904 = record(0x22, b"\x01\0") + styles
    assert shown(read("q4.xls", _workbook(cells, since_1904)))[3][0] == "2030-12-25"


def test_several_small_numbers_stand_in_onerecord(read, shown):
    numbers = struct.pack("<HIHI", 0, (5 << 2) | 2, 0, ((-250 & 0x3FFFFFFF) << 2) | 3)
    assert shown(read("q4.xls", _workbook(record(0xBD, struct.pack("<2H", 1, 0) + numbers + b"\x01\0")))) == {
        2: ["5", "-2.5", ""]
    }


def test_a_chart_inside_a_sheet_is_passed_over(read, shown):
    chart = (
        record(0x809, struct.pack("<2H", 0x600, 0x20) + bytes(12))
        + record(0x204, struct.pack("<3H", 7, 0, 0) + text("x"))
        + record(0x0A, b"")
    )
    cells = chart + record(0x204, struct.pack("<3H", 1, 0, 0) + text("5"))
    assert list(shown(read("q4.xls", _workbook(cells)))) == [2]


def test_protected_and_older_workbooks_are_said_to_be_that(read):
    with pytest.raises(FileUnusable, match="protected with a password"):
        read("q4.xls", _workbook(b"", record(0x2F, bytes(6))))
    with pytest.raises(FileUnusable, match="saved by Excel 95 or older"):
        read("q4.xls", _workbook(b"", version=0x500))
    with pytest.raises(FileUnusable, match="has no sheet with cells"):
        read("q4.xls", compound(record(0x809, struct.pack("<2H", 0x600, 5) + bytes(12)) + record(0x0A, b"")))
    with pytest.raises(FileUnusable, match="is damaged"):
        read("q4.xls", _workbook(record(0xFD, struct.pack("<3HI", 1, 0, 0, 99))))
