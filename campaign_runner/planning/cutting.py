"""Where does one order end and the next begin?  Lines are sorted by reference; where they are cut depends on the lines.

Tango recognises a repeated order, never a repeated line. Cut every this many lines (format 1), one row more or less moves
the cuts of all that follow, and nearly every order is another one. In format 2 an order is what shares the first bits of
its references, as many of them as it takes: a row more or less changes its own order, or splits it, or joins two. Large
orders would be filled badly so; they are cut within a wider range of references, after the line whose digest is the
smallest among those where a cut may be: in all but a few cases it is the same line with one more or less.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

FIRST, FORMAT = "1", "2"
FORMATS = (FORMAT, FIRST)

# From this size on an order is filled to three quarters at least; a range of references then holds up to this many orders.
LARGE, ORDERS_IN_RANGE = 100, 8

Numbers = np.ndarray[Any, np.dtype[np.uint64]]


def cuts(high: Any, low: Any, size: int, format: str = FORMAT) -> list[tuple[int, int]]:
    """First and last line (+ 1) of each order of at most `size` lines, whose references are sorted; `high` and `low` are
    the halves of their digests."""
    if format == FIRST:
        return [(start, min(start + size, len(high))) for start in range(0, len(high), size)]
    first, second = np.asarray(high, np.uint64), np.asarray(low, np.uint64)
    if size == 1:
        return [(place, place + 1) for place in range(len(first))]
    most = size * ORDERS_IN_RANGE if size >= LARGE else size
    ranges = _ranges(first, most)
    return [order for start, end in ranges for order in _within(second, start, end, size)]


def _ranges(high: Numbers, most: int) -> list[tuple[int, int]]:
    """The lines by ranges of references with at most `most` lines, each range halved as often as it takes."""
    ranges: list[tuple[int, int]] = []
    left = [(0, len(high), 0, 64)]  # first and last line (+ 1); where the range begins, which is 2 ** bits wide
    while left:
        start, end, begin, bits = left.pop()
        if end - start <= most or not bits:
            ranges += [(start, end)] if end > start else []
            continue
        middle = begin + (1 << (bits - 1))
        cut = start + int(np.searchsorted(high[start:end], np.uint64(middle)))
        left += [(cut, end, middle, bits - 1), (start, cut, begin, bits - 1)]
    return ranges


def _within(low: Numbers, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """The lines of a range in orders of three quarters of `size` lines to all of it; the last one takes what is left."""
    least = -(-3 * size // 4)
    while end - start > size:
        cut = start + least + int(np.argmin(low[start + least - 1 : start + size]))
        yield start, cut
        start = cut
    yield start, end
