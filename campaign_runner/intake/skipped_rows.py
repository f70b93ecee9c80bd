"""Which rows are the example rows of the template, and no rewards?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaign_runner.intake.grid import Row
from campaign_runner.intake.totals_rows import number
from campaign_runner.model import Column, RuleBook


def examples(rows: Sequence[Row], columns: Sequence[Column], book: RuleBook) -> list[int]:
    """Row numbers of the template's example rows: every filled cell is the example's."""
    wanted = [dict(method.example) for method in book.methods.values() if method.example]
    return [number for number, cells in rows if any(_is_example(cells, columns, example) for example in wanted)]


def _is_example(cells: Sequence[str], columns: Sequence[Column], example: Mapping[str, Any]) -> bool:
    got = {c.field or c.header: cells[c.position].strip() for c in columns if c.position < len(cells)}
    filled = {name: cell for name, cell in got.items() if cell}
    expected = {name: str(value) for name, value in example.items() if name in got and str(value)}
    marked = "lineItemNote" in filled or not example.get("lineItemNote")  # a real row may look like an example
    return marked and len(filled) > 2 and filled.keys() == expected.keys() and all(
        _same(cell, expected[name]) for name, cell in filled.items()
    )  # fmt: skip


def _same(cell: str, example: str) -> bool:
    return cell == example or (number(cell) is not None and number(cell) == number(example))
