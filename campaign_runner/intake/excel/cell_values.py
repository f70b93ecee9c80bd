"""What does the value of an .xlsx cell say?  By its kind: a number as its format means it, a text, yes or no, an error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from campaign_runner.intake.cells import typed
from campaign_runner.intake.cells.format_codes import Look
from campaign_runner.intake.cells.marks import Typed
from campaign_runner.intake.excel.styles import unescaped
from campaign_runner.intake.markup import is_true
from campaign_runner.intake.scan import Scan


@dataclass(frozen=True, slots=True)
class Workbook:
    """What cells refer to."""

    strings: Sequence[str] = ()
    looks: Sequence[Look | None] = ()
    counts_1904: bool = False
    is_unsolved: bool = False
    struck_styles: frozenset[int] = frozenset()
    struck_strings: frozenset[int] = frozenset()
    struck_rules: frozenset[int] = frozenset()


@dataclass(slots=True)
class Cell:
    """The cell that is open."""

    row: int
    column: int
    kind: str
    style: int
    value: list[str] = field(default_factory=list)
    has_value: bool = False
    has_formula: bool = False
    formula_area: str = ""


class CellValues:
    """Values as text; what must be known of a cell besides is added to `scan`.

    `later(cell, number)`: called instead of looking up a shared text.
    """

    def __init__(self, workbook: Workbook, scan: Scan, later: Callable[[Cell, int], None] | None = None) -> None:
        self._workbook, self._scan, self._later = workbook, scan, later

    def text(self, cell: Cell, raw: str, inline: Sequence[str]) -> str:
        """What a cell shows; `inline`: the texts that stand in the cell itself."""
        if cell.kind == "inlineStr" or (not cell.has_value and inline):
            return unescaped("".join(inline))
        if not cell.has_value:
            return ""
        return _VALUES.get(cell.kind, CellValues._unknown)(self, cell, raw)

    def _shared(self, cell: Cell, raw: str) -> str:
        number = raw.strip()
        if not number:
            return ""
        if self._later and number.isdigit():
            self._later(cell, int(number[:12]))
            return "…"
        if number.isdigit() and int(number[:12]) < len(self._workbook.strings):
            if int(number) in self._workbook.struck_strings:
                self._scan.struck_rows.add(cell.row)
            return self._workbook.strings[int(number)]
        self._scan.unreadable(cell.row, cell.column, number)
        return number

    def _text(self, _: Cell, raw: str) -> str:
        return unescaped(raw)

    def _boolean(self, cell: Cell, raw: str) -> str:
        self._scan.marks.add(cell.row, cell.column, Typed.BOOLEAN)
        return "TRUE" if is_true(raw) else "FALSE"

    def _error(self, cell: Cell, raw: str) -> str:
        self._scan.error(cell.row, cell.column, raw.strip() or "#ERROR!")
        return raw.strip() or "#ERROR!"

    def _day(self, cell: Cell, raw: str) -> str:
        """ISO 8601, of Strict workbooks."""
        try:
            value: Any = dt.datetime.fromisoformat(raw.strip().removesuffix("Z"))
        except ValueError:
            try:
                value = dt.time.fromisoformat(raw.strip())
            except ValueError:
                self._scan.unreadable(cell.row, cell.column, raw)
                return raw
        return self._moment(cell, value)

    def _number(self, cell: Cell, raw: str) -> str:
        try:
            value = float(raw)
        except ValueError:
            return raw.strip()
        looks = self._workbook.looks
        look = looks[cell.style] if cell.style < len(looks) else looks[0] if looks else None
        if (
            look
            and look.kind != "number"
            and (when := moment(value, look.kind, self._workbook.counts_1904)) is not None
        ):
            return self._moment(cell, when)
        text = typed.number(value)
        if look and look.kind == "number":
            self._scan.marks.add(cell.row, cell.column, look)
        if typed.is_ambiguous(text):
            self._scan.marks.add(cell.row, cell.column, Typed.DECIMALS)
        return text

    def _moment(self, cell: Cell, value: Any) -> str:
        is_time = isinstance(value, (dt.time, dt.timedelta))
        self._scan.marks.add(cell.row, cell.column, Typed.TIME if is_time else Typed.DATE)
        return typed.text(value)

    def _unknown(self, cell: Cell, raw: str) -> str:
        self._scan.unreadable(cell.row, cell.column, raw)
        return raw.strip()


_VALUES: dict[str, Callable[[CellValues, Cell, str], str]] = {
    "n": CellValues._number,
    "": CellValues._number,
    "s": CellValues._shared,
    "str": CellValues._text,
    "b": CellValues._boolean,
    "e": CellValues._error,
    "d": CellValues._day,
}


_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no time zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST = 2_958_466  # 1 January 10000


def moment(value: float, kind: str, counts_1904: bool) -> date | datetime | time | timedelta | None:
    """A `date` or a `duration`; None where a calendar has no such day."""
    if not 0 <= value < _LAST:
        return None
    passed = timedelta(milliseconds=round(value * 86_400_000))
    if kind == "duration":
        return passed
    if counts_1904 and value >= 1:
        return _EPOCH_1904 + passed
    early = timedelta(days=1) if 1 <= value < 60 else timedelta()  # 29 February 1900 is there by mistake
    when = _EPOCH + passed + early
    return when.time() if value < 1 else when
