"""Which cells of a sheet are more than their text?  Dates, yes/no values, numbers with a format: eight bytes a cell."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import numpy as np

from campaign_runner.intake.cells.format_codes import Look


class Typed(StrEnum):
    """What a cell is, where that matters and its text does not tell."""

    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"
    DECIMALS = "decimals"  # a number with three digits behind the point: as text it could be one of thousands


Mark = Look | Typed


class CellMarks:
    """Marks by row number and position; added in any order."""

    def __init__(self) -> None:
        self._rows, self._positions, self._codes = array("i"), array("h"), array("i")
        self._known: dict[Mark, int] = {}
        self._sorted: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    @classmethod
    def of(cls, parts: Sequence[bytes | bytearray], known: Sequence[Mark]) -> CellMarks:
        """From what `parts` gave; raises ValueError where it is nothing that could come from there."""
        made = cls()
        for column, data in zip((made._rows, made._positions, made._codes), parts, strict=True):
            column.frombytes(bytes(data))
        made._known = {mark: at for at, mark in enumerate(known)}
        counts = {len(column) for column in (made._rows, made._positions, made._codes)}
        if len(counts) != 1 or (made._codes and not 0 <= min(made._codes) <= max(made._codes) < len(made._known)):
            raise ValueError("no marks of cells")
        return made

    def parts(self) -> tuple[list[array[int]], list[Mark]]:
        """Rows, positions and codes, and the marks that the codes stand for."""
        return [self._rows, self._positions, self._codes], list(self._known)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, position: int, mark: Mark) -> None:
        """Mark one cell."""
        self.add_all((row,), (position,), mark)

    def add_all(self, rows: Sequence[int], positions: Sequence[int], mark: Mark) -> None:
        """Mark cells of one kind, given by row numbers and positions."""
        self._sorted = None
        self._rows.extend(rows)
        self._positions.extend(positions)
        self._codes.extend([self._known.setdefault(mark, len(self._known))] * len(rows))

    def spread(self, merges: Iterable[tuple[int, int, int, int]]) -> None:
        """What the first cell of a merged area is, its other rows are in that column."""
        for top, bottom, left, _ in merges:
            for position, mark, _ in list(self.between(top, top)):
                if position == left:
                    self.add_all(range(top + 1, bottom + 1), [left] * (bottom - top), mark)

    def between(self, first: int, last: int) -> Iterator[tuple[int, Mark, np.ndarray]]:
        """The marks of some rows: position, mark, and the numbers of the rows, in order."""
        if self._sorted is None:
            self._sorted = self._in_order()
        rows, positions, codes = self._sorted
        start, end = np.searchsorted(rows, first, "left"), np.searchsorted(rows, last, "right")
        rows, kinds = rows[start:end], positions[start:end] * len(self._known) + codes[start:end]
        marks = list(self._known)
        for kind in np.unique(kinds).tolist():
            position, code = divmod(kind, len(marks))
            yield position, marks[code], rows[kinds == kind]

    def _in_order(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        columns = [np.array(values, dtype=np.int64) for values in (self._rows, self._positions, self._codes)]
        order = np.argsort(columns[0], kind="stable")
        return columns[0][order], columns[1][order], columns[2][order]
