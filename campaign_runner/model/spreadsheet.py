"""What does a file become?  Its columns, raw rows, clean rows, and what is wrong with them.

`RawRows` (text as the file has it) and `CleanRows` (valid, normalised) are different types, so that the wrong one
cannot be passed. Anyone who holds a spreadsheet row number holds the number that the user sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Why a row is held for how it looks in the spreadsheet; a report of ours says so too when it is uploaded again.
HIDDEN_ROW = "The row is hidden in the spreadsheet."
STRUCK_ROW = "The row, or a cell of it, is struck through in the spreadsheet."


def column_letters(position: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def column_position(letters: str) -> int:
    """0 for `A`, 26 for `AA`."""
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1


@dataclass(frozen=True, slots=True)
class Column:
    """A spreadsheet column: `position` counts from 0, `header` is the user's own text, `field` is Tango's name.

    `unit`: the currencies that the header states (`EUR` for `Amount (EUR)`, several where a sign has several meanings).
    """

    position: int
    header: str
    field: str | None = None
    unit: str = ""

    @property
    def letter(self) -> str:
        """`A` for the first, `AA` for the 27th."""
        return column_letters(self.position)

    def cell(self, row: int) -> str:
        """The address as the spreadsheet shows it: `F14`."""
        return f"{self.letter}{row}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one cell (or, without `column`, with one row).

    `what` continues the value (`is not an e-mail address.`), `remedy` is a sentence of its own. `rule` is stable
    (`recipient.email:format`). A `calendar` problem comes from the run's date alone: yesterday the row was valid.
    """

    row: int
    column: Column | None
    rule: str
    value: str
    what: str
    remedy: str
    severity: str = "error"
    calendar: bool = False

    @property
    def cell(self) -> str:
        """`F14`, or `row 14` where no single cell is at fault."""
        return self.column.cell(self.row) if self.column else f"row {self.row}"

    @property
    def complaint(self) -> str:
        """`F14 (E-mail): "ana@@example.com" is not an e-mail address.`"""
        where = f"{self.cell} ({self.column.header})" if self.column else f"Row {self.row}"
        shown = self.value if len(self.value) <= 60 else self.value[:57] + "…"
        quoted = f'"{shown}" ' if self.value else ""
        return f"{where}: {quoted}{self.what}"

    @property
    def sentence(self) -> str:
        """The complaint with its remedy: `… is not an e-mail address. Type one address, like ana@example.com.`"""
        return f"{self.complaint} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class RawRows:
    """Some rows as the file has them.

    `cells`: text only (dtype `str`, empty cell = ""), index = row numbers, column labels = `Column.position`.
    `hidden`: numbers of rows that the user does not see. `struck`: those with a cell that is struck through.
    `problems`: what intake found at single cells.
    `original_rows`: where the file is a report of ours, uploaded again: row number -> sheet and row of the file that
    the report is about (rows that a person added, or whose `Row` is not a number any more, are missing); else empty.
    """

    cells: pd.DataFrame
    hidden: frozenset[int] = frozenset()
    problems: tuple[Problem, ...] = ()
    original_rows: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet of one file; `chunks()` can be called again and yields the non-blank rows in order.

    `notes` are sentences for the user about how the file was read. `declared` is what the file's own totals row says:
    its row number and amount. `report`: `failures` or `results` where the file is a report of ours, uploaded again.
    `mismatches`: sentences about subtotals and totals that the rows above them do not come to.
    `unread`: other sheets with rows below the same header, where nobody said which sheet is meant. `head`: the header and
    the first rows below it, as they are in the file.
    """

    source: str
    sheet: str
    header_row: int
    columns: tuple[Column, ...]
    chunks: Callable[[], Iterator[RawRows]]
    notes: tuple[str, ...] = ()
    declared: tuple[int, Decimal] | None = None
    report: str = ""
    mismatches: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    head: tuple[tuple[str, ...], ...] = ()

    def without_rows(self) -> RawTable:
        """The same table, for another process: nothing is read there."""
        return replace(self, chunks=_none, head=())

    def column_of(self, name: str) -> Column | None:
        """The column of a Tango field."""
        return next((column for column in self.columns if column.field == name), None)


def _none() -> Iterator[RawRows]:
    return iter(())


@dataclass(frozen=True, slots=True)
class CleanRows:
    """Valid rows. `fields`: normalised text by Tango field name, NA where empty, index = row numbers; the amount is
    plain decimal text with two places. `own`: the user's own columns by header, trimmed, same index."""

    fields: pd.DataFrame
    own: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Checked:
    """What validation says of some rows: the clean ones and all problems.

    Rows whose only problems are `calendar` ones stand in `clean` too and in `stale`: they are rejected, unless the
    ledger knows that they were sent while they were still in time. `worth` is quantity times face value, in
    ten-thousandths, of the rejected rows whose amount can be read: the books count them too.
    """

    clean: CleanRows
    problems: tuple[Problem, ...]
    stale: frozenset[int] = frozenset()
    worth: Mapping[int, int] = field(default_factory=dict)
