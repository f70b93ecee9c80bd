"""What was placed, and what did it cost?  `finance.csv` and `finance.xlsx`: one line per placed line item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from campaign_runner.model import Books, Finding
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.reporting.excel.sheet_xml import Heading, letters
from campaign_runner.reporting.excel.workbook_writer import SheetPlan
from campaign_runner.reporting.finance.as_of import as_of, standing_at
from campaign_runner.reporting.finance.charges import write_charges
from campaign_runner.reporting.finance.formulas import Lines
from campaign_runner.reporting.finance.groups import Groups
from campaign_runner.reporting.finance.lines import LINE_COLUMNS, TITLES, line_columns
from campaign_runner.reporting.finance.sums import SECTIONS, Tallies
from campaign_runner.reporting.finance.totals_sheet import write_findings, write_totals

Sheet = Callable[[Any, Lines], None]


def headings(groups: Sequence[str]) -> tuple[Heading, ...]:
    """The columns of the report, the user's own grouping columns at the end."""
    return (*(column.heading for column in LINE_COLUMNS), *(Heading(title) for title in groups))


def line_parts(books: Books, groups: Groups, options: FinanceOptions) -> Iterator[list[Any]]:
    """The lines of the period as they stood at its end, as columns of text, part by part."""
    then = standing_at(books, options.until)
    for placed in books.placed():
        few = as_of(_in_period(placed, options), then)
        if len(few):
            yield [*line_columns(books, few), *groups.of(row_references(few))]


def row_references(placed: pd.DataFrame) -> Any:
    """By which reference the rows' own columns are found: that of the row's newest attempt."""
    newest = placed["row_reference"].astype("str")
    return placed["reference"].where(placed["row_reference"].isna() | (newest == ""), newest).to_numpy()


def sheet_plan(
    groups: Sequence[str], tallies: Tallies, findings: Sequence[tuple[str, Finding]], expected: int,
    sheets: Sequence[Sheet], properties: Mapping[str, str],
) -> SheetPlan:  # fmt: skip
    """The workbook: `Lines`, then `Totals` and `Charges` over them, then `Findings` and what `sheets` write."""
    more = _more(groups, tallies, findings, sheets)
    return SheetPlan("Lines", headings(groups), TITLES.index("Status"), expected, more, properties)


def _more(
    groups: Sequence[str], tallies: Tallies, findings: Sequence[tuple[str, Finding]], sheets: Sequence[Sheet]
) -> Callable[[Any, int], None]:
    def more(book: Any, rows: int) -> None:
        columns = [heading.title for heading in headings(groups)]
        own = {title: letters(len(TITLES) + number) for number, title in enumerate(groups)}
        places = own | {title: letters(number) for number, title in enumerate(columns[: len(TITLES)])}
        sections = {title: "Placed at" if title == "Day" else column for title, column in SECTIONS.items()}
        sections |= {title: title for title in groups}
        lines = Lines(places, max(rows, 1) + 1)
        write_totals(book, lines, tallies, sections)
        write_charges(book, lines, tallies.charges)
        write_findings(book, findings)
        for write in sheets:
            write(book, lines)

    return more


def _in_period(placed: pd.DataFrame, options: FinanceOptions) -> pd.DataFrame:
    if not (options.since or options.until):
        return placed
    days = placed["placed_at"].astype("str").str.slice(0, 10)
    return placed[(days >= options.since) & (days <= (options.until or "9"))]
