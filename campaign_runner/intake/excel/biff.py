"""What are the records of an old Excel workbook (BIFF8)?  Two bytes type, two bytes length, the data, continuations."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


class RecordKind(IntEnum):
    """The records that matter here."""

    FORMULA = 0x06
    EOF = 0x0A
    DATE_MODE = 0x22
    FILE_PASS = 0x2F
    CONTINUE = 0x3C
    COLUMN = 0x7D
    SHEET = 0x85
    MUL_RK = 0xBD
    CALCULATED_BY = 0x1C1
    RICH_LABEL = 0xD6
    CELL_FORMAT = 0xE0
    MERGED = 0xE5
    STRINGS = 0xFC
    LABEL_OF_STRINGS = 0xFD
    NUMBER = 0x203
    LABEL = 0x204
    BOOL_OR_ERROR = 0x205
    STRING = 0x207
    ROW = 0x208
    DEFAULT_HEIGHT = 0x225
    RK = 0x27E
    FORMAT = 0x41E
    BEGIN = 0x809


@dataclass(slots=True)
class Record:
    """`data` is the record's own; `more` are the data of the CONTINUE records behind it."""

    kind: int
    data: bytes
    more: list[bytes]


def records(stream: bytes, start: int) -> Iterator[Record]:
    """The records of one substream; those of charts inside it are passed over."""
    depth = 0
    waiting: Record | None = None
    for kind, data in _pieces(stream, start):
        if kind == RecordKind.CONTINUE:
            if waiting:
                waiting.more.append(data)
            continue
        if waiting:
            yield waiting
        waiting = None
        depth += (kind == RecordKind.BEGIN) - (kind == RecordKind.EOF)
        if depth == 0:
            return
        if depth == 1:
            waiting = Record(kind, data, [])
    if waiting:
        yield waiting


def _pieces(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


class Reader:
    """Reads texts that may go on in the next record, where a new byte says how wide the characters are."""

    def __init__(self, record: Record, at: int = 0) -> None:
        self._parts = [record.data, *record.more]
        self._part, self._at = 0, at

    @property
    def is_done(self) -> bool:
        """Nothing is left."""
        return self._part == len(self._parts) - 1 and self._at >= len(self._parts[self._part])

    def number(self, size: int) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self._raw(size), "little")

    def text(self, length_bytes: int = 2) -> str:
        """Its length, its flags, its characters; formatting and phonetics behind it are passed over."""
        length, flags = self.number(length_bytes), self.number(1)
        runs = self.number(2) if flags & 8 else 0
        extra = self.number(4) if flags & 4 else 0
        text = self._characters(length, bool(flags & 1))
        self._skip(runs * 4 + extra)
        return text

    def _characters(self, length: int, wide: bool) -> str:
        found: list[str] = []
        while length > 0:
            part = self._parts[self._part][self._at :]
            some = part[: length * 2 if wide else length]
            some = some[: len(some) // 2 * 2] if wide else some
            found.append(some.decode("utf-16-le" if wide else "latin-1", "surrogatepass"))
            self._at += len(some)
            length -= len(some) // 2 if wide else len(some)
            if length > 0:
                if not self._next_part():
                    break
                wide = bool(self.number(1) & 1)
        return "".join(found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _raw(self, size: int) -> bytes:
        if self._at >= len(self._parts[self._part]):
            self._next_part()
        found = self._parts[self._part][self._at : self._at + size]
        self._at += size
        return found

    def _skip(self, size: int) -> None:
        while size > 0:
            here = min(size, len(self._parts[self._part]) - self._at)
            self._at += max(here, 0)
            size -= max(here, 0)
            if size > 0 and not self._next_part():
                return

    def _next_part(self) -> bool:
        if self._part + 1 >= len(self._parts):
            return False
        self._part, self._at = self._part + 1, 0
        return True
