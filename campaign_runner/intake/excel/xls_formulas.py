"""Which formulas of an old Excel workbook were never worked out?  xlrd reads their results, not whether they are any.

The records of the workbook are passed over once: two bytes kind, two bytes length, the data. Only those of formulas count.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_FORMULA, _END, _BEGIN, _SHEET, _CALCULATED_BY = 0x06, 0x0A, 0x809, 0x85, 0x1C1
_EMPTY, _ON_LOAD = 3, 0x02  # its result is not text; it is to be worked out when the file is opened
_WORKSHEET = 0
Cell = tuple[int, int]  # row and column, from 0


def unsolved_formulas(stream: bytes) -> list[list[Cell]]:
    """For each worksheet, in order: the cells of formulas without a result. Raises struct.error where it is damaged.

    Excel and LibreOffice leave a record that says that they worked them out: then 0 and nothing are results.
    """
    starts: list[int] = []
    for kind, data in _records(stream, 0):
        if kind == _CALCULATED_BY:
            return []
        if kind == _SHEET:
            start, _, nature = struct.unpack_from("<I2B", data)
            starts += [start] * (nature == _WORKSHEET)
    return [
        [struct.unpack_from("<2H", data) for kind, data in _records(stream, start) if _is_unsolved(kind, data)]
        for start in starts
    ]


def _is_unsolved(kind: int, data: bytes) -> bool:
    if kind != _FORMULA:
        return False
    result, options = struct.unpack_from("<8sH", data, 6)
    if result[6:] == b"\xff\xff":
        return bool(result[0] == _EMPTY)
    return result == bytes(8) and bool(options & _ON_LOAD)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream; those of charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth < 1:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
