"""Old workbooks, record by record: formats, results of formulas, what is refused."""

from __future__ import annotations

import struct

import pytest

from campaign_runner.errors import FileUnusable


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


def _text(text: str, length_bytes: int = 2) -> bytes:
    return len(text).to_bytes(length_bytes, "little") + b"\x01" + text.encode("utf-16-le")


def _compound(stream: bytes) -> bytes:
    """One stream `Workbook` in a compound file of 512-byte sectors: header, table, directory, stream."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<8I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack(
        "<109I", 0, *[0xFFFFFFFF] * 108
    )
    name = "Workbook".encode("utf-16-le")
    entry = (
        name.ljust(64, b"\0")
        + struct.pack("<H", len(name) + 2)
        + bytes(50)
        + struct.pack("<2I", 2, len(stream))
        + bytes(4)
    )
    table_sector = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    return header + table_sector + entry.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def _workbook(cells: bytes, book: bytes = b"", version: int = 0x600) -> bytes:
    """A sheet "Rewards" with the header Amount, Own, Day in row 1."""
    begin = _record(0x809, struct.pack("<2H", version, 5) + bytes(12))
    header = b"".join(
        _record(0x204, struct.pack("<3H", 0, at, 0) + _text(name)) for at, name in enumerate(("Amount", "Own", "Day"))
    )
    sheet = begin + header + cells + _record(0x0A, b"")
    length = len(begin) + len(book) + 4 + 6 + len(_text("Rewards", 1)) + 4
    entry = _record(0x85, struct.pack("<I2B", length, 0, 0) + _text("Rewards", 1))
    return _compound(begin + book + entry + _record(0x0A, b"") + sheet)


def _cell_format(number: int) -> bytes:
    return _record(0xE0, struct.pack("<2H", 0, number) + bytes(16))


def _formula(column: int, value: bytes) -> bytes:
    return _record(0x06, struct.pack("<3H", 1, column, 0) + value + bytes(8))


def test_results_of_formulas_are_read_whatever_their_kind(read, shown):
    cells = (
        _formula(0, struct.pack("<d", 12.5))
        + _formula(1, b"\0\0\0\0\0\0\xff\xff")
        + _record(0x207, _text("Dear Ana"))
    )
    assert shown(read("q4.xls", _workbook(cells))) == {2: ["12.5", "Dear Ana", ""]}
    cells = (
        _formula(0, b"\x01\0\x01\0\0\0\xff\xff")
        + _formula(1, b"\x02\0\x07\0\0\0\xff\xff")
        + _formula(2, b"\x03" + bytes(5) + b"\xff\xff")
    )
    table = read("q4.xls", _workbook(cells))
    assert shown(table) == {2: ["TRUE", "#DIV/0!", ""]}
    assert [problem.cell for rows in table.chunks() for problem in rows.problems] == ["B2"]


def test_days_times_and_leading_zeros_follow_the_number_format(read, shown):
    formats = _record(0x41E, struct.pack("<H", 164) + _text("00000")) + _record(
        0x41E, struct.pack("<H", 165) + _text('"day" 0')
    )
    styles = b"".join(map(_cell_format, (0, 14, 20, 46, 164, 165)))
    values = [(0, 5), (1, 46380), (2, 0.5), (3, 1.25), (4, 2134), (5, 7), (1, 30), (1, -1e9)]
    cells = b"".join(
        _record(0x203, struct.pack("<3Hd", row, 0, style, value)) for row, (style, value) in enumerate(values, 1)
    )
    assert [row[0] for row in shown(read("q4.xls", _workbook(cells, formats + styles))).values()] == [
        "5", "2026-12-24", "12:00:00", "30:00:00", "02134", "7", "1900-01-30", "-1000000000",
    ]  # fmt: skip
    since_1904 = _record(0x22, b"\x01\0") + styles
    assert shown(read("q4.xls", _workbook(cells, since_1904)))[3][0] == "2030-12-25"


def test_several_small_numbers_stand_in_one_record(read, shown):
    numbers = struct.pack("<HIHI", 0, (5 << 2) | 2, 0, ((-250 & 0x3FFFFFFF) << 2) | 3)
    assert shown(read("q4.xls", _workbook(_record(0xBD, struct.pack("<2H", 1, 0) + numbers + b"\x01\0")))) == {
        2: ["5", "-2.5", ""]
    }


def test_a_chart_inside_a_sheet_is_passed_over(read, shown):
    chart = (
        _record(0x809, struct.pack("<2H", 0x600, 0x20))
        + _record(0x204, struct.pack("<3H", 7, 0, 0) + _text("x"))
        + _record(0x0A, b"")
    )
    cells = chart + _record(0x204, struct.pack("<3H", 1, 0, 0) + _text("5"))
    assert list(shown(read("q4.xls", _workbook(cells)))) == [2]


def test_protected_and_older_workbooks_are_said_to_be_that(read):
    with pytest.raises(FileUnusable, match="protected with a password"):
        read("q4.xls", _workbook(b"", _record(0x2F, bytes(6))))
    with pytest.raises(FileUnusable, match="saved by Excel 95 or older"):
        read("q4.xls", _workbook(b"", version=0x500))
    with pytest.raises(FileUnusable, match="has no sheet with cells"):
        read("q4.xls", _compound(_record(0x809, struct.pack("<2H", 0x600, 5)) + _record(0x0A, b"")))
    with pytest.raises(FileUnusable, match="is damaged"):
        read("q4.xls", _workbook(_record(0xFD, struct.pack("<3HI", 1, 0, 0, 99))))
