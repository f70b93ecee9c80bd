"""Where is the workbook inside an old Office file?  A Compound File is a small file system; one stream is wanted.

Everything is bounds-checked by slicing: a broken file gives fewer bytes, never a crash.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_END_OF_CHAIN = 0xFFFFFFFA  # and above: not a sector number
_ENTRY = 128


def workbook_stream(content: bytes) -> bytes:
    """The stream `Workbook` (or `Book`), b"" where there is none."""
    if len(content) < 512:
        return b""
    shift, mini_shift = struct.unpack_from("<2H", content, 30)
    directory, _, cutoff, mini_table = struct.unpack_from("<4I", content, 48)
    if not 7 <= shift <= 16 or not 4 <= mini_shift <= shift:
        return b""
    size = 1 << shift
    table = _read(content, _table_sectors(content, size), size, 1)
    entries = _read(content, _chain(table, directory), size, 1)
    found = _entry(entries)
    if not found:
        return b""
    first, length = struct.unpack_from("<2I", found, 116)
    if length >= cutoff:
        return _read(content, _chain(table, first), size, 1)[:length]
    minis = _read(content, _chain(table, struct.unpack_from("<I", entries, 116)[0]), size, 1)
    mini_chain = _chain(_read(content, _chain(table, mini_table), size, 1), first)
    return _read(minis, mini_chain, 1 << mini_shift, 0)[:length]


def _entry(entries: bytes) -> bytes:
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        entry = entries[at : at + _ENTRY]
        length = struct.unpack_from("<H", entry, 64)[0]
        if entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace") in ("Workbook", "Book"):
            return entry
    return b""


def _read(content: bytes, sectors: Iterator[int], size: int, headers: int) -> bytes:
    """The sectors one behind the other; `headers`: how many sectors of the content come before number 0."""
    return b"".join(content[(number + headers) * size : (number + headers + 1) * size] for number in sectors)


def _table_sectors(content: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the allocation table: 109 in the header, more in a chain of their own."""
    yield from (number for number in struct.unpack_from("<109I", content, 76) if number < _END_OF_CHAIN)
    following = struct.unpack_from("<I", content, 68)[0]
    for _ in range(len(content) // size):
        part = content[(following + 1) * size : (following + 2) * size]
        if following >= _END_OF_CHAIN or len(part) < size:
            return
        *numbers, following = struct.unpack(f"<{size // 4}I", part)
        yield from (number for number in numbers if number < _END_OF_CHAIN)


def _chain(table: bytes, first: int) -> Iterator[int]:
    """The sectors of one stream; a loop ends after as many steps as the table has entries."""
    for _ in range(len(table) // 4):
        if first >= _END_OF_CHAIN or first * 4 + 4 > len(table):
            return
        yield first
        first = struct.unpack_from("<I", table, first * 4)[0]
