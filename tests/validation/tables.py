"""Rows as dictionaries of Tango's field names (or own headers) -> what the validator says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from campaign_runner.model import Checked, Column, Problem, RawRows
from campaign_runner.validation import compile_rules, load_book

BOOK = load_book()
TODAY = date(2026, 11, 22)
FIRST_ROW = 2
Row = Mapping[str, str]


def example(method: str, **changes: str) -> dict[str, str]:
    """The book's example of a method, with changes; `__` in a name stands for the dot of a field."""
    return {**BOOK.methods[method].example, **{name.replace("__", "."): value for name, value in changes.items()}}


def columns_of(headers: Sequence[str]) -> tuple[Column, ...]:
    """Columns A, B, C … for fields of the book (with their titles) and own headers."""
    return tuple(
        Column(place, BOOK.fields[name].title, name) if name in BOOK.fields else Column(place, name)
        for place, name in enumerate(headers)
    )


def raw(rows: Sequence[Row], problems: tuple[Problem, ...] = ()) -> tuple[tuple[Column, ...], RawRows]:
    """The rows as intake hands them over, the first one in row 2."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    cells = {place: pd.array([row.get(name, "") for row in rows], dtype="str") for place, name in enumerate(headers)}
    numbers = range(FIRST_ROW, FIRST_ROW + len(rows))
    return columns_of(headers), RawRows(pd.DataFrame(cells, index=numbers), problems=problems)


def check(*rows: Row, problems: tuple[Problem, ...] = (), **choices: Any) -> Checked:
    """Judge the rows; `choices` are those of `compile_rules`."""
    columns, chunk = raw(rows, problems)
    validator = compile_rules(choices.pop("book", BOOK), columns=columns, today=TODAY, **choices)
    return validator(chunk)


def rules(checked: Checked) -> list[str]:
    """The names of the broken rules."""
    return [problem.rule for problem in checked.problems]


def only(checked: Checked) -> Problem:
    """The one problem that there is."""
    assert len(checked.problems) == 1, [problem.sentence for problem in checked.problems]
    return checked.problems[0]


def clean(checked: Checked, name: str) -> str:
    """The value of a field in the one clean row."""
    assert not [p for p in checked.problems if p.severity == "error"], [p.sentence for p in checked.problems]
    return str(checked.clean.fields[name].iloc[0])
