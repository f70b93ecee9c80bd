"""Which rows are no rewards?  A totals row at the bottom, and the example rows of the template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from campaign_runner.intake.grid import Row
from campaign_runner.model import Column, RuleBook

_WORDS = (
    r"(?:grand|sub|over)?[- ]?total(?:s|e|es|i)?|(?:total )?sum|(?:gesamt|zwischen|end)?summe|gesamt(?:betrag)?|insgesamt"
    r"|total g[eé]n[eé]ral|montant total|somme|suma(?: total)?|total geral|soma|somma|totaal"
)
_LABEL = re.compile(rf"(?:{_WORDS})(?: [\w ]{{1,20}})?\s*(?:\([\w ]+\))?\s*[:=]?", re.I)
_LOOKS_LIKE_TOTALS = re.compile(rf"(?:^|[\n,;\t|\"])\s*(?:{_WORDS})\b", re.I)
_NUMBER = re.compile(r"[-+(]?\s*[^\w\s,.-]?\s*[A-Z]{0,3}\s*[0-9][0-9.,'\s]*\)?\s*(?:[^\w\s]|[A-Z]{3})?|#\S+")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
ROWS_AT_THE_END = 3


def may_hold_totals(end_of_file: str) -> bool:
    """Whether the end of a text file deserves a look at its last rows as a whole."""
    lines = [line for line in end_of_file.splitlines() if line.strip('",;\t| ')]
    few_cells = bool(lines) and len([cell for cell in re.split(r"[,;\t|]", lines[-1]) if cell.strip('" ')]) <= 2
    return few_cells or any(_LOOKS_LIKE_TOTALS.search(line) for line in lines[-ROWS_AT_THE_END:])


def totals(last: Sequence[Row], columns: Sequence[Column], amounts: Iterator[str]) -> list[int]:
    """Row numbers of the totals rows among the last rows of the sheet; `amounts`: the cells above them, lazily."""
    found: list[int] = []
    for number, cells in reversed(last):
        if not _is_labelled(cells) and not (not found and _is_bare_sum(cells, columns, amounts)):
            break
        found.append(number)
    return sorted(found)


def declared(last: Sequence[Row], found: Sequence[int], columns: Sequence[Column]) -> tuple[int, Decimal] | None:
    """The row number and amount of the only totals row, where it states one that can be read in one way only."""
    position = next((column.position for column in columns if column.field == "amount"), None)
    if len(found) != 1 or position is None:
        return None
    cells = next(cells for number, cells in last if number == found[0])
    plain = cells[position].strip().lstrip("$€£").strip() if position < len(cells) else ""
    return (found[0], Decimal(plain.replace(",", ""))) if _PLAIN.fullmatch(plain) else None


def _is_labelled(cells: Sequence[str]) -> bool:
    """One cell says `Total`; all others are numbers or empty."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    labels = [cell for cell in filled if _LABEL.fullmatch(cell)]
    return len(labels) == 1 and all(_NUMBER.fullmatch(cell) for cell in filled if cell is not labels[0])


def _is_bare_sum(cells: Sequence[str], columns: Sequence[Column], amounts: Iterator[str]) -> bool:
    """Nothing but an amount (and a quantity) is filled, and the amount is the sum of all above."""
    fields = {column.field: cells[column.position].strip() for column in columns if column.field}
    filled = sum(bool(cell.strip()) for cell in cells)
    total = _decimal(fields.get("amount", ""))
    if total is None or filled > 1 + bool(fields.get("quantity")):
        return False
    above = [_decimal(cell) for cell in amounts]
    return len(above) > 1 and sum((value for value in above if value is not None), Decimal(0)) == total


def _decimal(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.strip().lstrip("$€£").replace(",", ""))
    except InvalidOperation:
        return None


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
    return cell == example or (_decimal(cell) is not None and _decimal(cell) == _decimal(example))
