"""Which rows of the grid count, and how are they handed over?  Blank ones never; left-out ones are named in a note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.intake import damage, report_roundtrip
from campaign_runner.intake.grid import TEXT, Block, Defect, Grid, Row, blank_rows, texts
from campaign_runner.intake.scan import NO_RESULT
from campaign_runner.intake.totals_rows import CONTACTS, Amount, Totals
from campaign_runner.intake.totals_words import SUSPECT
from campaign_runner.model import Column, Problem, RawRows

_BETWEEN = "\x1f"
_WORDS = rf"\pL[^{_BETWEEN}]*"  # a cell with a letter in it, from there on
_STR = pd.StringDtype(storage="pyarrow", na_value=np.nan)


@dataclass(slots=True)
class Rows:
    """The rows below the header; `left_out`, `hidden` and `struck` are row numbers."""

    grid: Grid
    header: Row
    columns: tuple[Column, ...]
    report: report_roundtrip.OwnReport
    left_out: set[int] = field(default_factory=set)
    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    totals: Totals = field(default_factory=Totals)
    defects: dict[int, Defect] = field(default_factory=dict)

    def chunks(self) -> Iterator[RawRows]:
        """The rows that count, as frames of text."""
        positions = [column.position for column in self.columns]
        for block, filled in self._filled():
            keep = filled[~np.isin(block.numbers[filled], list(self.left_out))] if self.left_out else filled
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
        return bool(self.first()) or any(len(chunk.cells) for chunk in self.chunks())

    def candidates(self) -> list[Row]:
        """Rows without a contact of their own that have a word for a total, or nothing but numbers or a remark; the last.

        Where most rows have nothing but numbers, only the last of these can be a sum of the others.
        """
        totals: list[Row] = []
        bare: list[Row] = []
        last: list[Row] = []
        rows = 0
        for block, filled in self._filled():
            rows += len(filled)
            worded, numbers, left = self._candidates(block, filled)
            totals += _rows(block, worded)
            bare += _rows(block, numbers)
            if len(filled):
                last = _rows(block, np.intersect1d(left, filled[-1:]))
        return sorted({*totals, *(bare if len(bare) * 2 < rows else bare[-1:]), *last})

    def amounts(self) -> Iterator[Amount]:
        """Row number, amount and quantity of every row that is not blank or left out."""
        at = {column.field: column.position for column in self.columns}
        for block, filled in self._filled():
            indices = pa.array(filled)
            cells = [
                block.columns[at[name]].take(indices).to_pylist() if name in at else [""] * len(filled)
                for name in ("amount", "quantity")
            ]
            for row in zip(block.numbers[filled].tolist(), *cells, strict=True):
                if row[0] not in self.left_out:
                    yield row

    def looking_so(self, numbers: frozenset[int], sentence: str) -> list[int]:
        """Which of these rows, and of those of which a report of ours says so, are not blank and not left out."""
        if self.report.reason is not None:
            numbers = numbers.union(*(self.report.says(block, sentence) for block, _ in self._filled()))
        if not numbers:
            return []
        wanted = np.array(sorted(numbers - self.left_out))
        return [
            row for block, filled in self._filled() for row in np.intersect1d(block.numbers[filled], wanted).tolist()
        ]

    def _filled(self) -> Iterator[tuple[Block, Any]]:
        """Blocks, and which of their rows are not blank."""
        fields = {column.position for column in self.columns if column.field}
        for block in self.grid.blocks(self.header, len(self.header[1])):
            filled = ~blank_rows(block)
            if unsolved := [d.row for d in block.defects if d.rule == NO_RESULT and d.position in fields]:
                filled |= np.isin(block.numbers, unsolved)  # all its cells may be formulas: it is a row all the same
            yield block, np.flatnonzero(filled)

    def _candidates(self, block: Block, filled: Any) -> tuple[Any, Any, Any]:
        """Which rows without a contact have a word or a remark, which only numbers; and all of them."""
        left = filled
        for column in self.columns:
            if column.field in CONTACTS and len(left):
                cells = block.columns[column.position]
                cells = cells if len(left) == len(cells) else cells.take(pa.array(left))
                contact = pc.match_substring_regex(cells, CONTACTS[column.field])
                left = left[~contact.to_numpy(zero_copy_only=False)]
        if not len(left):
            return left, left, left
        figures, others = (
            self._side_by_side(block, left, figures=True),
            self._side_by_side(block, left, figures=False),
        )
        valued = pc.match_substring_regex(figures, "[0-9]").to_numpy(zero_copy_only=False)
        suspect = pc.match_substring_regex(others, SUSPECT).to_numpy(zero_copy_only=False)
        words = pc.count_substring_regex(others, _WORDS).to_numpy(zero_copy_only=False)
        return left[suspect | ((words > 0) & (words <= 2) & ~valued)], left[~suspect & (words == 0)], left

    def _side_by_side(self, block: Block, rows: Any, *, figures: bool) -> Any:
        """The cells of some rows as one text each: those of amounts and quantities, or all others."""
        columns = [
            block.columns[column.position].take(pa.array(rows))
            for column in self.columns
            if (column.field in ("amount", "quantity")) is figures
        ]
        return (
            pc.binary_join_element_wise(*columns, pa.scalar(_BETWEEN, TEXT)) if columns else texts([""] * len(rows))
        )

    def _raw_rows(self, block: Block, keep: Any) -> RawRows:
        indices = None if len(keep) == len(block.numbers) else pa.array(keep)
        cells = {}
        for column in self.columns:
            array = (
                block.columns[column.position] if indices is None else block.columns[column.position].take(indices)
            )
            text = report_roundtrip.unguarded(array) if self.report.name else array
            cells[column.position] = pd.arrays.ArrowStringArray(pa.chunked_array([text]), dtype=_STR)  # type: ignore[call-arg]
        numbers = block.numbers[keep]
        frame = pd.DataFrame(cells, index=pd.Index(numbers), copy=False)
        hidden, struck = (marked and marked.intersection(numbers.tolist()) for marked in (self.hidden, self.struck))
        original = self.report.original_rows(block, pa.array(keep)) if self.report.name else {}
        return RawRows(frame, hidden, self._problems(block, numbers), original, struck)

    def _problems(self, block: Block, numbers: Any) -> tuple[Problem, ...]:
        """Defects as problems; in a column of the user's own, one is only a warning."""
        if not block.defects and not self.defects:
            return ()
        at = {column.position: column for column in self.columns}
        kept = set(numbers.tolist())
        problems = []
        added = [self.defects[row] for row in kept.intersection(self.defects)]
        for defect in sorted([*block.defects, *added], key=lambda defect: (defect.row, defect.position or 0)):
            column = None if defect.position is None else at.get(defect.position)
            if defect.row in kept and (column or defect.position is None):
                severity = "warning" if column and not column.field else defect.severity
                problems.append(
                    Problem(defect.row, column, defect.rule, defect.value, defect.what, defect.remedy, severity)
                )
        return tuple(problems)


def _is_filled(cells: Any) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py())


def _rows(block: Block, indices: Any) -> list[Row]:
    columns = [column.take(pa.array(indices)).to_pylist() for column in block.columns]
    return list(zip(block.numbers[indices].tolist(), zip(*columns, strict=True), strict=True))
