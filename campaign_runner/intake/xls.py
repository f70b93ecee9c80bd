"""What does calamine not tell of an .xls sheet?  Hidden rows and columns and errors stand in its BIFF records.

An .xls file is a small file system (Compound File) with a stream `Workbook` of records: two bytes type, two bytes
length, then the data. Everything is bounds-checked by slicing: a broken file gives fewer records, never a crash.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from campaign_runner.intake.scan import Scan

_END_OF_CHAIN = 0xFFFFFFFA  # and above: not a sector number
_BOUNDSHEET, _ROW, _COLINFO, _BOOLERR, _FORMULA, _BOF, _EOF = 0x85, 0x208, 0x7D, 0x205, 0x06, 0x809, 0x0A
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Record = tuple[int, bytes]


def scan(path: Path, sheet_index: int) -> Scan:
    """Read the records of the sheet that stands at this place in the workbook's own list of sheets."""
    stream = _stream(path.read_bytes())
    starts = [struct.unpack_from("<I", data)[0] for kind, data in _records(stream, 0)
              if kind == _BOUNDSHEET and len(data) >= 8]  # fmt: skip
    found = Scan()
    if sheet_index < len(starts):
        for kind, data in _records(stream, starts[sheet_index]):
            _note(found, kind, data)
    return found


def _note(found: Scan, kind: int, data: bytes) -> None:
    if kind == _ROW and len(data) >= 16:
        if struct.unpack_from("<I", data, 12)[0] & _ROW_HIDDEN:
            found.hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)
    elif kind == _COLINFO and len(data) >= 10:
        first, last, _, _, options = struct.unpack_from("<5H", data)
        if options & _COLUMN_HIDDEN:
            found.hidden_columns.update(range(first, min(last, 255) + 1))
    elif kind == _BOOLERR and len(data) >= 8 and data[7] == 1:
        _error(found, data, data[6])
    elif kind == _FORMULA and len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2:
        _error(found, data, data[8])


def _error(found: Scan, data: bytes, code: int) -> None:
    row, column = struct.unpack_from("<2H", data)
    found.error(row + 1, column, _ERRORS.get(code, "#ERROR"))


def _records(stream: bytes, start: int) -> Iterator[Record]:
    """The records of one substream; those of charts inside it are passed over."""
    at, depth = start, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _stream(content: bytes) -> bytes:
    """The stream `Workbook` (or `Book`) of a compound file, b"" where there is none."""
    if len(content) < 512:
        return b""
    shift, mini_shift = struct.unpack_from("<2H", content, 30)
    directory, mini_cutoff, mini_fat = (struct.unpack_from("<I", content, at)[0] for at in (48, 56, 60))
    if not 7 <= shift <= 16 or not 4 <= mini_shift <= shift:
        return b""
    size = 1 << shift

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    fat = b"".join(sector(number) for number in _fat_sectors(content, size))
    entries = b"".join(sector(number) for number in _chain(fat, directory))
    root = entries[:128]
    for at in range(0, len(entries) - 127, 128):
        entry = entries[at : at + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            first, length = struct.unpack_from("<2I", entry, 116)
            if length >= mini_cutoff:
                return b"".join(sector(number) for number in _chain(fat, first))[:length]
            minis = b"".join(sector(n) for n in _chain(fat, struct.unpack_from("<I", root, 116)[0]))
            chain = _chain(b"".join(sector(n) for n in _chain(fat, mini_fat)), first)
            return b"".join(minis[n << mini_shift : (n + 1) << mini_shift] for n in chain)[:length]
    return b""


def _fat_sectors(content: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the allocation table: 109 in the header, more in a chain of their own."""
    yield from (n for n in struct.unpack_from("<109I", content, 76) if n < _END_OF_CHAIN)
    following = struct.unpack_from("<I", content, 68)[0]
    for _ in range(len(content) // size):
        block = content[(following + 1) * size : (following + 2) * size]
        if following >= _END_OF_CHAIN or len(block) < size:
            return
        *numbers, following = struct.unpack(f"<{size // 4}I", block)
        yield from (n for n in numbers if n < _END_OF_CHAIN)


def _chain(table: bytes, first: int) -> Iterator[int]:
    """The sectors of one stream; a loop ends after as many steps as the table has entries."""
    for _ in range(len(table) // 4):
        if first >= _END_OF_CHAIN or first * 4 + 4 > len(table):
            return
        yield first
        first = struct.unpack_from("<I", table, first * 4)[0]
