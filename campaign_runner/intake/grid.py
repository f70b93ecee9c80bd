"""What do all formats have in common?  A grid of text below a few first rows, read block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROWS_PER_BLOCK = 25_000
HEAD_ROWS = 50  # the header must stand among the first rows that are not blank
TEXT = pa.large_string()

Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Defect:
    """A problem of one cell (or, without `position`, of one row) before the columns have names; see `Problem`."""

    row: int
    position: int | None
    rule: str
    value: str
    what: str
    remedy: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows: their numbers (int64), one arrow array of text per column, and what is wrong with single cells."""

    numbers: Any
    columns: list[Any]
    defects: tuple[Defect, ...] = ()


class Blocks(Protocol):
    """Reads the rows below the header row, `width` columns wide; can be called again."""

    def __call__(self, header: Row, width: int) -> Iterator[Block]: ...


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet as its format gives it. `head`: the first rows that are not blank.

    `width`: columns of the sheet, or None where the header decides. `hidden`: rows that the user does not see,
    `struck`: rows with a cell that is struck through. `hidden_columns`: positions.
    `guarded`: text was guarded against formulas if it is a report of ours.
    `unread`: other sheets that the user sees, with rows below the same header. `elsewhere()`: which other sheet has a
    header, as a sentence, "" if none. `about_cells()`: sentences about the cells, once the blocks were read.
    """

    sheet: str
    head: tuple[Row, ...]
    blocks: Blocks
    width: int | None = None
    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    hidden_columns: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    guarded: bool = False
    unread: tuple[str, ...] = ()
    elsewhere: Callable[[], str] = str
    about_cells: Callable[[], tuple[str, ...]] = tuple


def texts(values: Any) -> Any:
    """A Python sequence of str as arrow text."""
    return pa.array(values, type=TEXT)


def blank_rows(block: Block) -> Any:
    """Which rows hold nothing but white space: each column is asked only about the rows that are blank so far."""
    blank = np.ones(len(block.numbers), dtype=bool)
    left = np.arange(len(block.numbers))
    for column in block.columns:
        remaining = column if len(left) == len(column) else column.take(pa.array(left))
        empty = pc.equal(pc.utf8_trim_whitespace(remaining), "").to_numpy(zero_copy_only=False)
        blank[left[~empty]] = False
        left = left[empty]
        if not len(left):
            break
    return blank
