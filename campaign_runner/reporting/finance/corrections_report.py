"""What changed after the books were closed?  `corrections.csv`, a sheet of the finance workbook, and the journal.

A reward that came back, was cancelled, refunded or failed after it had been final stands in the journal on the day when
that was found; the entry of the day it was booked on stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import BOOKED_COLUMNS, PLACED_COLUMNS, Books, OpenBooks
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import width_of
from campaign_runner.reporting.finance.bridge import Later
from campaign_runner.reporting.finance.entries import Entries, booking_days
from campaign_runner.reporting.finance.groups import Groups, row_references
from campaign_runner.reporting.finance.lines import TITLES, amounts, line_columns
from campaign_runner.reporting.finance.report import Opener
from campaign_runner.reporting.table import csv_of, texts

if TYPE_CHECKING:
    from campaign_runner.reporting.finance.line_pass import LinePass

CORRECTIONS = "corrections.csv"
_OWN = ("Corrected on", "Row", "Status before", "Status after", "Charged before", "Charged after",
        "Fees before", "Fees after", "Shipping fee before", "Shipping fee after")  # fmt: skip
_OF_LINE = ("externalRefLineItemID", "externalRefID", "referenceOrderID", "utid", "deliveryMethod", "Quantity",
            "Total", "Currency", "Charged currency", "Attempt", "Placed at", "Purchase order", "Campaign ID")  # fmt: skip
HEADERS = (*_OWN, *_OF_LINE)
SHEET_ROWS = 10_000
_MONEY = frozenset(
    title for title in HEADERS if title.startswith(("Charged b", "Charged a", "Fees", "Ship", "Total"))
)
_COUNTS = frozenset({"Row", "Quantity", "Attempt"})


def csv(lines: LinePass) -> Opener:
    """`corrections.csv`."""
    headers = lines.corrected.headers
    headings = [Heading(title, CellKind.NUMBER) if title in _MONEY else Heading(title) for title in headers]
    return lambda draft: csv_of(draft, headings, lines.dialect)


class CorrectionsReport:
    """The corrections of some books: told to the journal, kept for the workbook's sheet."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.headers = (*HEADERS, *titles)
        self.rows: list[tuple[str, ...]] = []
        self.total = 0
        self.later = Later()

    def read(
        self, campaigns: Sequence[tuple[OpenBooks, Groups]], options: FinanceOptions, entries: Entries | None
    ) -> Iterator[list[Any]]:
        """Those of the period as columns of text, part by part; the journal is told, the first are kept for the sheet."""
        for opened, groups in campaigns:
            for frame in opened.pages.settlements() if entries is not None else ():
                self._book(opened.books, groups, frame, options, entries)
            for frame in opened.pages.corrections():
                after, days, frame_read = self._book(opened.books, groups, frame, options, entries)
                if pc.any(frame_read).as_py():
                    yield self._kept([column.filter(frame_read) for column in self._columns(frame, after, days)])

    def write_sheet(self, book: Any) -> None:
        """The sheet `Corrections`, where there are any."""
        if not self.rows:
            return
        sheet = book.add_worksheet("Corrections")
        head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
        money, plain = book.add_format({"num_format": "#,##0.00##"}), book.add_format({"num_format": "@"})
        for position, title in enumerate(self.headers):
            cells = [row[position] for row in self.rows[:200]]
            sheet.set_column(position, position, width_of(title, cells))
        sheet.write_row(0, 0, self.headers, head)
        for number, row in enumerate(self.rows, 1):
            for position, (title, cell) in enumerate(zip(self.headers, row, strict=True)):
                if cell and (title in _MONEY or title in _COUNTS):
                    sheet.write_number(number, position, float(cell), money if title in _MONEY else None)
                elif cell:
                    sheet.write_string(number, position, cell, plain)
        if self.total > len(self.rows):
            sheet.write_string(len(self.rows) + 1, 0, f"… and {self.total - len(self.rows):,} more in {CORRECTIONS}")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(self.rows), len(self.headers) - 1)

    def _kept(self, columns: list[Any]) -> list[Any]:
        self.total += len(columns[0])
        few = [column.slice(0, SHEET_ROWS - len(self.rows)).to_pylist() for column in columns]
        self.rows += zip(*few, strict=True)
        return columns

    def _book(
        self, books: Books, groups: Groups, frame: pd.DataFrame, options: FinanceOptions, entries: Entries | None
    ) -> tuple[list[Any], Any, Any]:
        """Tell the journal of some changes; returns their lines as they are since, their days, and which are of the
        period. What changed after the period is kept for its bridge."""
        before, after = (_side(books, groups, frame, side) for side in ("before", "after"))
        days = pc.utf8_slice_codeunits(texts(frame["at"].astype("str")), 0, 10)
        placed = within(booking_days(dict(zip(TITLES, after, strict=False))), options)
        inside = within(days, options)
        if entries is not None:
            entries.change(before, after, days, placed, inside)
        if options.until:
            self.later.add(
                before, after, pc.and_(placed, pc.greater(days, pa.scalar(options.until, pa.large_string())))
            )
        return after, days, inside

    def _columns(self, frame: pd.DataFrame, after: Sequence[Any], days: Any) -> list[Any]:
        line = dict(zip((*TITLES, *self.headers[len(HEADERS) :]), after, strict=True))
        row = texts(frame["row"].where(frame["row"] > 0).astype("Int64").astype("str").where(frame["row"] > 0, ""))
        own = [days, row]
        for name in ("status", "charged", "fee", "shipping_fee"):
            pair = (frame[f"{name}_{side}"] for side in ("before", "after"))
            own += [texts(each) if name == "status" else amounts(each) for each in pair]
        return [*own, *(line[title] for title in _OF_LINE), *after[len(TITLES) :]]


def _side(books: Books, groups: Groups, frame: pd.DataFrame, side: str) -> list[Any]:
    """The columns of the finance report as they were before the correction, or are after it."""
    booked = {name: frame[f"{name}_{side}"] for name in BOOKED_COLUMNS}
    placed = frame[list(PLACED_COLUMNS)].assign(**booked)
    return [*line_columns(books, placed), *groups.of(row_references(placed))]


def within(days: Any, options: FinanceOptions) -> Any:
    """Which days are in the period; all of them, where none is asked for."""
    since = pa.scalar(options.since, pa.large_string())
    until = pa.scalar(options.until or "9", pa.large_string())
    return pc.and_(pc.greater_equal(days, since), pc.less_equal(days, until))
