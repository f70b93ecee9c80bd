"""Which cells does a problem text name, and how are they called in another sheet with the same headers?

A text names a cell with its header (`H20 (E-mail): "a@@b" is not …`) or lists addresses (`Empty the cells I20 and J20.`);
a problem of a whole row begins with `Row 20: `.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from campaign_runner.model.spreadsheet import Column

_LIST = re.compile(r"\b(the cells? )((?:[A-Z]{1,3}[0-9]{1,7}(?:, | and )?)+)(?![\w(])")
_ONE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_WHOLE_ROW = re.compile(r"(?:^|(?<=[.!?] ))Row [0-9]{1,7}: ")


class CellNames:
    """Texts about rows of one sheet (`before`, as it was read) for those who see the same rows in another (`after`)."""

    def __init__(self, before: Sequence[Column], after: Sequence[Column]) -> None:
        here = {column.header: column for column in after}
        self._letters = {column.letter: here[column.header] for column in before if column.header in here}
        self._by_header = {(column.letter, column.header): self._letters.get(column.letter) for column in before}
        self._headers = here
        words = "|".join(re.escape(header) for header in sorted(here, key=len, reverse=True))
        self._named = re.compile(rf"(?<![\w\"])([A-Z]{{1,3}})[0-9]{{1,7}} \(({words})\): ")

    def moved(self, text: str, row: int, *, this: str = "") -> str:
        """The text with the addresses of row number `row` there; `this` stands for `Row 20`."""
        if "(" in text:
            text = self._named.sub(lambda match: f"{self._column(match).cell(row)} ({match[2]}): ", text)
        if "the cell" in text:
            text = _LIST.sub(lambda match: match[1] + _ONE.sub(lambda one: self._listed(one, row), match[2]), text)
        return _WHOLE_ROW.sub(f"{this or f'Row {row}'}: ", text) if "Row " in text else text

    def problems(self, text: str) -> Iterator[tuple[Column, str]]:
        """The columns of `after` whose cells a text names, each with what it says of that cell."""
        matches = list(self._named.finditer(text))
        ends = [*(each.start() for each in matches), len(text)][1:]
        for one, end in zip(matches, ends, strict=True):
            yield self._headers[one[2]], text[one.end() : end].strip()

    def _column(self, match: re.Match[str]) -> Column:
        """By letter and header, for a header may stand there twice."""
        return self._by_header.get((match[1], match[2])) or self._headers[match[2]]

    def _listed(self, one: re.Match[str], row: int) -> str:
        column = self._letters.get(one[1])
        return column.cell(row) if column else one[0]
