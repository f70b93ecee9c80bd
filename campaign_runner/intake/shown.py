"""What does a person see in a typed cell, and may that stand in its column?  One judgement per kind of field.

`25%`, `25 €` and `02134` are judged as the sheet shows them. A date where text belongs, an amount whose last digits the
sheet rounds away, and a number that its format hides are problems of that cell. The user's own columns stay as stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from campaign_runner.intake import numberformat
from campaign_runner.intake.formatcodes import Look
from campaign_runner.intake.grid import Block, Defect, texts
from campaign_runner.intake.marks import Mark, Typed

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
    block: Block, marks: Iterable[tuple[int, int, Mark]], kinds: Mapping[int, str], examples: dict[int, str]
) -> Block:
    """The block with its marked cells as the sheet shows them; `kinds`: position -> kind of the column's field.

    `examples` takes in one amount for each column that shows more than the number.
    """
    cells: dict[int, list[str]] = {}
    defects = list(block.defects)
    refused = {(defect.row, defect.position) for defect in defects}
    for row, position, mark in marks:
        kind = kinds.get(position, _OWN)
        if position >= len(block.columns) or (row, position) in refused or (kind == _OWN and isinstance(mark, Typed)):
            continue
        place = int(np.searchsorted(block.numbers, row))
        if place == len(block.numbers) or block.numbers[place] != row:
            continue
        if position not in cells:
            cells[position] = block.columns[position].to_pylist()
        if text := cells[position][place]:
            judge = _of_look if isinstance(mark, Look) else _of_type
            cells[position][place], defect = judge(text, mark, kind, row, position)  # type: ignore[arg-type]
            if defect:
                defects.append(defect)
                refused.add((row, position))
            elif kind in _EXACT and cells[position][place] != text:
                examples.setdefault(position, cells[position][place])
    columns = [texts(cells[n]) if n in cells else column for n, column in enumerate(block.columns)]
    return Block(block.numbers, columns, tuple(defects))


Judged = tuple[str, Defect | None]
Judge = Callable[[str, Mark, str, int, int], Judged]


def _of_look(text: str, look: Look, kind: str, row: int, position: int) -> Judged:
    text = text.zfill(numberformat.leading_zeros(look)) if text.isdigit() else text
    if kind == _OWN:
        return text, None
    if numberformat.is_hidden(look, text):
        return text, Defect(row, position, "cell:not shown", text, "is in the cell, but its number format hides it.",
                            "Show it (number format General), or delete it.")  # fmt: skip
    seen = numberformat.shown(look, text, kind in _EXACT)
    if kind in _EXACT and (rounded := numberformat.rounded(look, text)):
        what = f"is in the cell, but the sheet shows {rounded}."
        return seen, Defect(
            row,
            position,
            f"{kind}:shown rounded",
            text,
            what,
            "Type the number that is meant, and give the cell the number format 0.00.",
        )
    return seen, None


def _of_type(text: str, mark: Typed, kind: str, row: int, position: int) -> Judged:
    if mark is Typed.DECIMALS:
        number = _THREE_PLACES.fullmatch(text) if kind == "amount" else None
        if number is None:
            return text, None
        return text, Defect(row, position, "amount:places", text, "has more than two places after the point.",
                            f"Type at most two, like {_two_places(number[1])}.")  # fmt: skip
    if kind == _OWN or (kind in _DAYS and mark is not Typed.BOOLEAN):
        return text, None
    rule, is_a, typed_like = _MISPLACED[mark]
    instead, form = (
        ("a number", "General") if kind in _EXACT else ("a date", "Date") if kind in _DAYS else ("text", "Text")
    )
    what = f"is {is_a} in the sheet, not {instead}. Excel may have changed what was typed (like {typed_like})."
    return text, Defect(row, position, rule, text, what, f"Give the cell the format {form} and type the value again.")


def _two_places(text: str) -> str:
    return f"{Decimal(text).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
