"""What does a typed cell of a workbook look like as text?  25.0 is `25`, a date is ISO; text stays as it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.intake.cells.marks import Typed
from campaign_runner.intake.grid import TEXT

_PLAIN_DIGITS = 1e21
_THREE_PLACES = re.compile(r"^-?[0-9]{1,3}\.[0-9]{3}$")


def column(values: Sequence[Any]) -> Any:
    """A column of cells as arrow text."""
    return marked_column(values)[0]


def marked_column(values: Sequence[Any]) -> tuple[Any, list[tuple[Typed, list[int]]]]:
    """A column of cells as arrow text, and which of them (by place) are more than that.

    Columns of text alone, the usual case, are taken whole.
    """
    kinds = set(map(type, values))
    if kinds <= {str}:
        return pa.array(values, type=TEXT), []
    if len(kinds - {str}) == 1:
        spell = _SPELL[next(iter(kinds - {str}))]
        known = {value: value if type(value) is str else spell(value) for value in set(values)}
        array = pa.array([known[value] for value in values], type=TEXT)
    else:
        array = pa.array([text(value) for value in values], type=TEXT)
    return array, list(_marks(values, array, kinds))


def _marks(values: Sequence[Any], array: Any, kinds: set[type]) -> Iterator[tuple[Typed, list[int]]]:
    for kind in sorted(kinds & _TYPED.keys(), key=str):
        yield _TYPED[kind], [at for at, value in enumerate(values) if type(value) is kind]
    if float in kinds:
        odd = np.flatnonzero(pc.match_substring_regex(array, _THREE_PLACES.pattern).to_numpy(zero_copy_only=False))
        if numbers := [at for at in odd.tolist() if type(values[at]) is float]:
            yield Typed.DECIMALS, numbers


def text(value: Any) -> str:
    """One cell."""
    return value if type(value) is str else _SPELL[type(value)](value)


def number(value: float) -> str:
    """At most 15 significant digits, as spreadsheets show them: 0.1 + 0.2 is `0.3`; never an exponent for an id."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    short = f"{value:.15g}"
    return f"{Decimal(short):f}" if 1e-7 < abs(value) < _PLAIN_DIGITS else short


def is_ambiguous(text: str) -> bool:
    """Whether a number with three digits behind the point would be one of thousands, were it text."""
    return bool(_THREE_PLACES.fullmatch(text))


def _moment(value: dt.datetime) -> str:
    if value.time() == dt.time(0):
        return value.date().isoformat()
    return value.isoformat(timespec="seconds")


def _clock(value: dt.time) -> str:
    return value.isoformat(timespec="seconds")


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_TYPED = {
    dt.date: Typed.DATE,
    dt.datetime: Typed.DATE,
    dt.time: Typed.TIME,
    dt.timedelta: Typed.TIME,
    bool: Typed.BOOLEAN,
}
_SPELL: dict[type, Callable[[Any], str]] = {
    str: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    int: str,
    float: number,
    dt.date: dt.date.isoformat,
    dt.datetime: _moment,
    dt.time: _clock,
    dt.timedelta: _duration,
}
