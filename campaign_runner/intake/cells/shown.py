"""What does a person see in a typed cell, and may that stand in its column?  One judgement per kind of field.

`25%`, `25 €` and `02134` are judged as the sheet shows them. A date where text belongs, an amount whose last digits the
sheet rounds away, and a number that its format hides are problems of that cell. The user's own columns stay as stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from campaign_runner.intake.cells.format_codes import NOT_MEANT, FormatSection, Look, is_padded
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
        return kind != _OWN or leading_zeros(mark) > 0
    if mark is Typed.DECIMALS:
        return kind == "amount"
    return kind != _OWN and not (kind in _DAYS and mark is not Typed.BOOLEAN)


def _judge(text: str, mark: Mark, kind: str) -> _Judged:
    if isinstance(mark, Look):
        return _of_look(text, mark, kind)
    return _of_decimals(text) if mark is Typed.DECIMALS else _misplaced(text, mark, kind)


def _of_look(text: str, look: Look, kind: str) -> _Judged:
    text = text.zfill(leading_zeros(look)) if text.isdigit() else text
    if kind == _OWN:
        return _Judged(text)
    if is_hidden(look, text):
        return _Judged(text, "cell:not shown", "is in the cell, but its number format hides it.",
                       "Show it (number format General), or delete it.")  # fmt: skip
    seen = shown(look, text, kind in _EXACT)
    if kind in _EXACT and (rounded := rounded_to(look, text)):
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


def shown(look: Look, text: str, exact: bool) -> str:
    """A number (as `typed.number` writes it) with what its format adds; `exact`: of money, where exponents, fractions
    and thousands left out are shown too."""
    value = _decimal(text)
    section = None if value is None else look.section(value)
    if value is None or section is None:
        return text
    if exact and value > 0 and section.shows_minus:
        return _as_written(section, text)
    if section.percent:
        return _words(section, _plain(value * 100**section.percent) + "%" * section.percent)
    if section.denominator:
        return _words(section, _fraction(value, section.denominator))
    if section.scientific:
        return f"{value:.{section.places or 0}E}" if exact else text
    if exact:
        return _words(section, text)
    return _masked(section, value) or _words(section, text)


def rounded_to(look: Look, text: str) -> str:
    """What the sheet shows instead of a number whose last digits it rounds or leaves out; "" where it shows all, or at
    least two places."""
    value = _decimal(text)
    section = None if value is None else look.section(value)
    if value is None or section is None or section.percent or section.denominator or section.scientific:
        return ""
    scaled = value / 1000**section.thousands
    seen = scaled if section.places is None else scaled.quantize(Decimal(1).scaleb(-section.places), ROUND_HALF_UP)
    enough = section.places is None or section.places > 1
    return "" if seen == value or section.is_blank or (enough and not section.thousands) else _plain(seen)


def is_hidden(look: Look, text: str) -> bool:
    """Whether the format shows nothing of a number, like `;;;`."""
    value = _decimal(text)
    section = None if value is None else look.section(value)
    return bool(section and section.is_blank)


def leading_zeros(look: Look) -> int:
    """How many digits a format of nothing but zeros shows, like `00000`; 0 for any other."""
    parts = look.sections[0].parts if len(look.sections) == 1 else ()
    plain = len(parts) == 1 and look.sections[0].is_digits[0] and re.fullmatch("0{2,20}", parts[0])
    return len(parts[0]) if plain and not look.sections[0].places and not look.sections[0].percent else 0


def _as_written(section: FormatSection, number: str) -> str:
    """The number with everything that the format puts before and behind it."""
    first = next((at for at, is_digits in enumerate(section.is_digits) if is_digits), len(section.parts))
    return f"{''.join(section.parts[:first])}{number}{''.join(section.parts[first + 1 :])}".strip()


def _words(section: FormatSection, number: str) -> str:
    """The literals before and behind the number, as a person would type them."""
    first = next((at for at, is_digits in enumerate(section.is_digits) if is_digits), None)
    before = "".join(section.parts[:first]) if first is not None else "".join(section.parts)
    behind = "" if first is None else "".join(
        part for part, is_digits in zip(section.parts[first:], section.is_digits[first:], strict=True) if not is_digits
    )  # fmt: skip
    before, behind = before.strip(NOT_MEANT), behind.strip(NOT_MEANT)
    sign, bare = ("-", number[1:]) if number.startswith("-") else ("", number)
    before += " " if before[-1:].isalpha() and len(before) > 1 else ""
    behind = f" {behind}" if behind and not number.endswith("%") else behind
    return f"{sign}{before}{bare}{behind}"


def _masked(section: FormatSection, value: Decimal) -> str:
    """A whole number put into the places of a mask, like `00000-0000`; "" where the format is none."""
    masked = sum(section.is_digits) > 1 or is_padded(section)
    if not masked or value != value.to_integral_value() or value < 0 or section.places:
        return ""
    digits, out = f"{value:f}".partition(".")[0], ""
    runs = list(zip(section.parts, section.is_digits, strict=True))
    first = next(at for at, (_, is_digits) in enumerate(runs) if is_digits)
    for at in range(len(runs) - 1, -1, -1):
        part, is_digits = runs[at]
        if not is_digits:
            out = part + out
            continue
        for place in range(len(part) - 1, -1, -1):
            taken, digits = digits[-1:], digits[:-1]
            out = (taken or ("0" if part[place] == "0" else "")) + out
        if at == first:
            out, digits = digits + out, ""
    return out.strip()


def _fraction(value: Decimal, largest: int) -> str:
    part = Fraction(value).limit_denominator(largest)
    whole, rest = divmod(abs(part), 1)
    words = [str(whole)] * bool(whole or not rest) + [f"{rest.numerator}/{rest.denominator}"] * bool(rest)
    return "-" * (part < 0) + " ".join(words)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 40 else None
