"""By which habits was a text file written, where they are not those of RFC 4180?

Blanks before a quotation mark, `="00123"` for text, backslashes before marks (as MySQL writes), single quotation marks,
whole lines in quotation marks, byte-order marks and end-of-file marks between the rows. Signs that can be counted are
looked for in the whole file, the others in its first rows: they count where the rows become regular by them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

_BLANKS = re.compile(r'(?:^|[,;\t|])[ \u00a0]+"', re.M)
_EQUALS = re.compile(r'(^|[,;\t|])="', re.M)
_IN_QUOTES = re.compile(r'="((?:[^"]|"")*)"\Z', re.S)
_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Habits:
    """What is unlike RFC 4180."""

    quote: str = '"'
    escape: str | None = None
    blanks: bool = False
    equals: bool = False
    wrapped: bool = False

    @property
    def usual(self) -> bool:
        """Whether the fast way of reading will do."""
        return self == Habits()

    def notes(self) -> list[str]:
        """What the user should know: the readings that are guesses."""
        notes = [
            (self.wrapped, "Every line is enclosed in quotation marks as a whole; it was read as several cells."),
            (self.escape, "A backslash was read as a mark that the character behind it is part of the text."),
            (self.quote == "'", "Single quotation marks round the cells were read as quotation marks."),
        ]
        return [note for there, note in notes if there]


def of(sample: str, delimiter: str, signs: bool) -> Habits:
    """The habits of a file; `signs`: whether one of another habit stands anywhere in it."""
    known = Habits(blanks=signs or bool(_BLANKS.search(sample)), equals=signs or bool(_EQUALS.search(sample)))
    others = [replace(known, wrapped=True)] if '"' in sample else []
    others += [replace(known, escape="\\")] if "\\" in sample else []
    others += [replace(known, quote="'")] if _in_single_quotes(sample, delimiter) else []
    return max((known, *others), key=lambda habits: _regular(sample, delimiter, habits)) if others else known


def records(lines: Iterable[str], delimiter: str, habits: Habits) -> Iterator[list[str]]:
    """Rows of cells; raises csv.Error as the csv module does."""
    reader = _reader(_clean(lines, habits), delimiter, habits)
    for cells in reader:
        if habits.wrapped and cells and delimiter in cells[0] and not any(cells[1:]):
            cells = next(_reader([cells[0]], delimiter, habits), [])
        if habits.equals:
            cells = [_bare(cell) if cell.startswith('="') else cell for cell in cells]
        yield cells


def _reader(lines: Iterable[str], delimiter: str, habits: Habits) -> Iterator[list[str]]:
    return csv.reader(
        lines, delimiter=delimiter, quotechar=habits.quote, escapechar=habits.escape, skipinitialspace=habits.blanks
    )


def _clean(lines: Iterable[str], habits: Habits) -> Iterator[str]:
    """Lines without marks of the system; `="x"` at the beginning of a cell becomes `"x"`."""
    for line in lines:
        if line[:1] in ("\ufeff", "\x1a", "\0"):
            line = line.lstrip("\ufeff") if line[0] == "\ufeff" else line
            line = "" if line.isprintable() is False and not line.strip("\x1a\0\r\n") else line
        if habits.blanks and "\u00a0" in line:
            line = re.sub(r'(^|[,;\t|])\u00a0+(?=")', r"\1", line)
        yield _EQUALS.sub(r'\1"', line) if habits.equals and '="' in line else line


def _bare(cell: str) -> str:
    match = _IN_QUOTES.match(cell)
    return match[1].replace('""', '"') if match else cell


def _in_single_quotes(sample: str, delimiter: str) -> bool:
    """Most cells of the first lines begin and end so; an apostrophe in front alone is not a quotation mark."""
    cells = [
        cell.strip() for line in sample.splitlines()[:_AT_MOST] for cell in line.split(delimiter) if cell.strip()
    ]
    quoted = sum(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in cells)
    return quoted * 2 > len(cells)


def _regular(sample: str, delimiter: str, habits: Habits) -> float:
    """The share of the first rows that are as wide as most."""
    lines = sample.splitlines(keepends=True)[:_AT_MOST]
    try:
        rows = [cells for cells in records(lines, delimiter, habits) if any(cell.strip() for cell in cells)]
    except csv.Error:
        return 0
    widths = [len(cells) for cells in rows]
    usual = max(widths, key=widths.count, default=0)
    if usual < 2:
        return 0
    return (widths.count(usual) - 0.5 * sum(_is_torn(cells, delimiter) for cells in rows)) / len(rows)


def _is_torn(cells: list[str], delimiter: str) -> bool:
    """Whether the cells still have marks of another habit round them."""
    if delimiter in cells[0] and not any(cells[1:]):
        return True
    return any(len(cell) > 1 and (cell[0] == cell[-1] == "'" or '\\"' in cell) for cell in cells)
