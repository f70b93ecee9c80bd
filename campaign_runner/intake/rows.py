"""Which rows of the grid count, and how are they handed over?  Blank ones never; left-out ones are named in a note."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.intake import again, damage
from campaign_runner.intake.grid import Block, Grid, Row, blank_rows
from campaign_runner.intake.leftout import ROWS_AT_THE_END
from campaign_runner.model import Column, Problem, RawRows

_STR = pd.StringDtype(storage="pyarrow", na_value=np.nan)


@dataclass(slots=True)
class Rows:
    """The rows below the header; `left_out` and `hidden` are row numbers."""

    grid: Grid
    header: Row
    columns: tuple[Column, ...]
    report: again.OwnReport
    left_out: set[int] = field(default_factory=set)
    hidden: frozenset[int] = frozenset()
    declared: tuple[int, Decimal] | None = None

    def chunks(self) -> Iterator[RawRows]:
        """The rows that count, as frames of text."""
        positions = [column.position for column in self.columns]
        for block, there in self._filled():
            keep = there[~np.isin(block.numbers[there], list(self.left_out))] if self.left_out else there
            if len(keep):
                yield self._raw_rows(damage.mended(block, positions), keep)

    def drop_empty_columns(self) -> None:
        """A column without a header is a column only if it holds anything."""
        nameless = [column for column in self.columns if not column.header]
        filled: set[int] = set()
        for block, _ in self._filled() if nameless else ():
            filled.update(column.position for column in nameless if _is_filled(block.columns[column.position]))
        self.columns = tuple(c for c in self.columns if c.header or c.position in filled)

    def first(self) -> list[Row]:
        """Some of the first rows that are not blank, without reading on."""
        return [row for row in self.grid.head if row[0] > self.header[0] and row[0] not in self.left_out]

    def are_there(self) -> bool:
        """Whether any row counts."""
        return bool(self.first()) or any(len(some.cells) for some in self.chunks())

    def last(self) -> list[Row]:
        """The last rows that are not blank."""
        ends = deque(((block, there[-ROWS_AT_THE_END:]) for block, there in self._filled() if len(there)), 2)
        return [row for block, there in ends for row in _rows(block, there)][-ROWS_AT_THE_END:]

    def amounts(self) -> Iterator[str]:
        """The amounts of all rows but the last."""
        position = next((column.position for column in self.columns if column.field == "amount"), None)
        if position is not None:
            cells = (
                cell for block, there in self._filled() for cell in block.columns[position].take(there).to_pylist()
            )
            before = next(cells, "")
            for cell in cells:
                yield before
                before = cell

    def hidden_ones(self) -> list[int]:
        """The numbers of hidden rows that are not blank and not left out."""
        if not self.grid.hidden:
            return []
        wanted = np.array(sorted(self.grid.hidden - self.left_out))
        return [
            row for block, there in self._filled() for row in np.intersect1d(block.numbers[there], wanted).tolist()
        ]

    def _filled(self) -> Iterator[tuple[Block, Any]]:
        """Blocks, and which of their rows are not blank."""
        for block in self.grid.blocks(self.header, len(self.header[1])):
            yield block, np.flatnonzero(~blank_rows(block))

    def _raw_rows(self, block: Block, keep: Any) -> RawRows:
        indices = None if len(keep) == len(block.numbers) else pa.array(keep)
        cells = {}
        for column in self.columns:
            array = (
                block.columns[column.position] if indices is None else block.columns[column.position].take(indices)
            )
            text = again.unguarded(array) if self.report.name else array
            cells[column.position] = pd.arrays.ArrowStringArray(pa.chunked_array([text]), dtype=_STR)  # type: ignore[call-arg]
        numbers = block.numbers[keep]
        frame = pd.DataFrame(cells, index=pd.Index(numbers), copy=False)
        hidden = self.hidden.intersection(numbers.tolist()) if self.hidden else self.hidden
        original = self.report.original_rows(block, pa.array(keep)) if self.report.name else {}
        return RawRows(frame, hidden, self._problems(block, numbers) if block.defects else (), original)

    def _problems(self, block: Block, numbers: Any) -> tuple[Problem, ...]:
        """Defects as problems; in a column of the user's own, one is only a warning."""
        at = {column.position: column for column in self.columns}
        kept = set(numbers.tolist())
        found = []
        for defect in sorted(block.defects, key=lambda defect: (defect.row, defect.position or 0)):
            column = None if defect.position is None else at.get(defect.position)
            if defect.row in kept and (column or defect.position is None):
                severity = "warning" if column and not column.field else defect.severity
                found.append(
                    Problem(defect.row, column, defect.rule, defect.value, defect.what, defect.remedy, severity)
                )
        return tuple(found)


def _is_filled(texts: Any) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(texts), "")).as_py())


def _rows(block: Block, indices: Any) -> list[Row]:
    columns = [column.take(pa.array(indices)).to_pylist() for column in block.columns]
    return list(zip(block.numbers[indices].tolist(), zip(*columns, strict=True), strict=True))
