"""How far do the filled cells of some sheet XML reach?  Asked before calamine, which keeps a place for every cell.

Each `<c r="F14"` is looked at, because row tags and the declared dimension may say something else. The usual form is
read by numpy, two million cells in a tenth of a second; anything else, and whatever seems too far, by an expression.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

_NEVER = 1 << 40
_PREFIXED = re.compile(rb"<\w+:c[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^>]*)>(</)?")
_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,9})([0-9]{1,9})")
_AHEAD = 16


class Survey(NamedTuple):
    """The cells of a window in the usual form: last row number, number of columns, all row numbers in order, and
    whether the cells stand one behind the other."""

    row: int
    column: int
    rows: Any
    in_order: bool


def reach(window: bytes, columns: int, cells: int, usual: Survey | None = None) -> tuple[int, int]:
    """The last row number and the number of columns of the filled cells; `columns` and `cells` are what is allowed."""
    fast = usual or survey(window)
    if fast and fast.column <= columns and fast.row * fast.column <= cells:
        return fast[:2]
    return _any(window)


def survey(window: bytes) -> Survey | None:
    """For cells that begin `<c r="` without a prefix, None where any does not."""
    if b":c" in window and _PREFIXED.search(window):
        return None
    data = np.frombuffer(window + b"\0" * _AHEAD, dtype=np.uint8)
    starts = np.flatnonzero((data[:-_AHEAD] == ord("<")) & (data[1 : 1 - _AHEAD] == ord("c")))
    starts = starts[~_is_letter(data[starts + 2] & 0xDF)]  # not `<col`
    if not len(starts):
        return Survey(0, 0, np.zeros(0, np.int64), True)
    for ahead, byte in enumerate(b' r="', 2):
        if not (data[starts + ahead] == byte).all():
            return None
    at, column = _number(data, starts + 6, _is_letter, 26, 64)
    at, row = _number(data, at, _is_digit, 10, 48)
    place = row * (1 << 20) + np.minimum(column, 1 << 19)
    in_order = bool((np.diff(place) > 0).all() and (data[at] == ord('"')).all() and column.min() > 0)
    changes = np.concatenate([[True], row[1:] != row[:-1]])
    return Survey(int(row.max()), int(column.max()), row[changes], in_order)


def _number(data: Any, at: Any, belongs: Any, base: int, zero: int) -> tuple[Any, Any]:
    value = np.zeros(len(at), dtype=np.int64)
    for _ in range(9):
        more = belongs(data[at])
        if not more.any():
            break
        value = np.where(more, value * base + data[at] - zero, value)
        at = np.minimum(at + more, len(data) - 1)
    return at, np.where(belongs(data[at]), _NEVER, value)


def _is_letter(bytes_: Any) -> Any:
    return (bytes_ >= ord("A")) & (bytes_ <= ord("Z"))


def _is_digit(bytes_: Any) -> Any:
    return (bytes_ >= ord("0")) & (bytes_ <= ord("9"))


def _any(window: bytes) -> tuple[int, int]:
    """Any form; formatted cells without a value do not count, cells without an address by their place in the row."""
    row = column = 0
    for part in re.split(rb"<(?:\w+:)?row\b", window):
        for place, (attributes, nothing) in enumerate(_CELL.findall(part), 1):
            if nothing or attributes.endswith(b"/"):
                continue
            address = _ADDRESS.search(attributes)
            row = max(row, int(address[2]) if address else 0)
            column = max(column, _position(address[1]) if address else place)
    return row, column


def _position(letters: bytes) -> int:
    at = 0
    for letter in letters.upper():
        at = at * 26 + letter - 64
    return at
