"""What does a person see in a typed cell, and may that stand in its column?  One judgement per kind of field.

`25%`, `25 €` and `02134` are judged as the sheet shows them. A date where text belongs, an amount whose last digits the
sheet rounds away, and a number that its format hides are problems of that cell. The user's own columns stay as stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np

from campaign_runner.intake.cells import number_format
from campaign_runner.intake.cells.format_codes import Look
from campaign_runner.intake.cells.marks import Mark, Typed
from campaign_runner.intake.grid import Block, Defect, texts

_EXACT = ("amount", "count")
_DAYS = ("date", "instant")
_OWN = ""
_THREE_PLACES = re.compile(r"[^0-9]*?(-?[0-9]+\.[0-9]{3})[^0-9%]*")

# What a cell is that belongs into no other column, and what Excel may have made it of.
_MISPLACED = {
    Typed.DATE: ("cell:date", "a date", "1-2 or 3/4"),
    Typed.TIME: ("cell:time", "a time", "10:30"),
    Typed.BOOLEAN: ("cell:yes or no", "a yes/no value", "true or wahr"),
}


def as_shown(
    block: Block, marks: Iterable[tuple[int, Mark, np.ndarray]], kinds: Mapping[int, str], examples: dict[int, str]
) -> Block:
    """The block with its marked cells as the sheet shows them; `kinds`: position -> kind of the column's field.

    `examples` takes in one amount for each column that shows more than the number.
    """
    cells: dict[int, list[str]] = {}
    defects = list(block.defects)
    refused = {(defect.row, defect.position) for defect in defects}
    for position, mark, rows in sorted(marks, key=lambda each: isinstance(each[1], Typed)):
        kind = kinds.get(position, _OWN)
        if position >= len(block.columns) or not _matters(mark, kind):
            continue
        column = cells.setdefault(position, []) or block.columns[position].to_pylist()
        cells[position] = column
        known: dict[str, _Judged] = {}
        places = np.searchsorted(block.numbers, rows).tolist()
        for row, place in zip(rows.tolist(), places, strict=True):
            if place == len(column) or block.numbers[place] != row or not (text := column[place]):
                continue
            judged = known.get(text) or known.setdefault(text, _judge(text, mark, kind))
            column[place] = judged.text
            if judged.what and (row, position) not in refused:
                defects.append(Defect(row, position, judged.rule, text, judged.what, judged.remedy))
                refused.add((row, position))
            elif kind in _EXACT and judged.text != text:
                examples.setdefault(position, judged.text)
    columns = [texts(cells[n]) if n in cells else column for n, column in enumerate(block.columns)]
    return Block(block.numbers, columns, tuple(defects))


class _Judged(NamedTuple):
    """What a person sees; where that cannot stand, why not."""

    text: str
    rule: str = ""
    what: str = ""
    remedy: str = ""


def _matters(mark: Mark, kind: str) -> bool:
    """Whether a mark can change anything in a column of this kind."""
    if isinstance(mark, Look):
        return kind != _OWN or number_format.leading_zeros(mark) > 0
    if mark is Typed.DECIMALS:
        return kind == "amount"
    return kind != _OWN and not (kind in _DAYS and mark is not Typed.BOOLEAN)


def _judge(text: str, mark: Mark, kind: str) -> _Judged:
    if isinstance(mark, Look):
        return _of_look(text, mark, kind)
    return _of_decimals(text) if mark is Typed.DECIMALS else _misplaced(text, mark, kind)


def _of_look(text: str, look: Look, kind: str) -> _Judged:
    text = text.zfill(number_format.leading_zeros(look)) if text.isdigit() else text
    if kind == _OWN:
        return _Judged(text)
    if number_format.is_hidden(look, text):
        return _Judged(text, "cell:not shown", "is in the cell, but its number format hides it.",
                       "Show it (number format General), or delete it.")  # fmt: skip
    seen = number_format.shown(look, text, kind in _EXACT)
    if kind in _EXACT and (rounded := number_format.rounded(look, text)):
        return _Judged(seen, f"{kind}:shown rounded", f"is in the cell, but the sheet shows {rounded}.",
                       "Type the intended number, and give the cell the number format 0.00.")  # fmt: skip
    return _Judged(seen)


def _of_decimals(text: str) -> _Judged:
    number = _THREE_PLACES.fullmatch(text)
    if number is None:
        return _Judged(text)
    return _Judged(text, "amount:places", "has more than two places after the point.",
                   f"Type at most two, like {_two_places(number[1])}.")  # fmt: skip


def _misplaced(text: str, mark: Typed, kind: str) -> _Judged:
    rule, is_a, typed_like = _MISPLACED[mark]
    instead, form = ("text", "Text")
    if kind in (*_EXACT, *_DAYS):
        instead, form = ("a number", "General") if kind in _EXACT else ("a date", "Date")
    what = f"is {is_a} in the sheet, not {instead}. Excel may have changed the value (like {typed_like})."
    return _Judged(text, rule, what, f"Give the cell the format {form} and type the value again.")


def _two_places(text: str) -> str:
    return f"{Decimal(text).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
