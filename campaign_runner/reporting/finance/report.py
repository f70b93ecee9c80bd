"""What was placed, and what did it cost?  `finance.csv` and `finance.xlsx`: one line per placed line item. With the
sheet `Charges`, Parquet, and the state at the end of a period."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from campaign_runner.model import BOOKED_COLUMNS, BookPages, OpenBooks, money
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.finance.bridge import write_bridge
from campaign_runner.reporting.finance.formulas import Lines
from campaign_runner.reporting.finance.groups import Groups, row_references
from campaign_runner.reporting.finance.lines import LINE_COLUMNS, TITLES, line_columns
from campaign_runner.reporting.finance.sums import SECTIONS, ReportSums
from campaign_runner.reporting.finance.totals_sheet import write_findings, write_totals
from campaign_runner.reporting.ledger_stamp import write_about
from campaign_runner.reporting.table import Sink, csv_of, fits

if TYPE_CHECKING:
    from campaign_runner.reporting.finance.line_pass import LinePass

Opener = Callable[[Path], Sink]


def headings(groups: Sequence[str]) -> tuple[Heading, ...]:
    """The columns of the report, the user's own grouping columns at the end."""
    return (*(column.heading for column in LINE_COLUMNS), *(Heading(title) for title in groups))


def line_parts(opened: OpenBooks, groups: Groups, options: FinanceOptions) -> Iterator[list[Any]]:
    """The lines of the period as they stood at its end, as columns of text, part by part."""
    then = standing_at(opened.pages, options.until)
    for placed in opened.pages.placed():
        few = as_of(_in_period(placed, options), then)
        if len(few):
            yield [*line_columns(opened.books, few), *groups.of(row_references(few))]


def csv(lines: LinePass) -> Opener:
    """`finance.csv`."""
    return lambda draft: csv_of(draft, headings(lines.titles), lines.dialect)


def parquet(lines: LinePass) -> Opener:
    """`finance.parquet`."""
    return lambda draft: ParquetFile(draft, headings(lines.titles), lines.properties)


def workbook(lines: LinePass) -> Opener | None:
    """`finance.xlsx`: `Lines`, then `Totals` and `Charges` over them, then what is to be known besides."""
    if not fits(lines.expected):
        return None
    plan = SheetPlan(
        "Lines", headings(lines.titles), TITLES.index("Status"), lines.expected,
        lambda book, rows: _write_further_sheets(lines, book, rows), lines.properties,
    )  # fmt: skip
    return lambda draft: WorkbookFile(draft, plan)


def _write_further_sheets(lines: LinePass, book: Any, rows: int) -> None:
    groups, all_books = lines.titles, [opened.books for opened, _ in lines.campaigns]
    own = {title: column_letters(len(TITLES) + number) for number, title in enumerate(groups)}
    places = own | {title: column_letters(number) for number, title in enumerate(TITLES)}
    sections = {title: "Placed at" if title == "Day" else column for title, column in SECTIONS.items()}
    sections |= {title: title for title in groups}
    sheet = Lines(places, max(rows, 1) + 1)
    write_totals(book, sheet, lines.tallies, sections)
    write_charges(book, sheet, lines.tallies.charges)
    write_findings(book, lines.findings)
    if lines.options.has_period and lines.entries:
        write_bridge(book, lines.entries, lines.corrected.later, lines.accounts, sheet)
    lines.corrected.write_sheet(book)
    write_about(book, all_books, lines.tallies if lines.options.has_period else None)


def _in_period(placed: pd.DataFrame, options: FinanceOptions) -> pd.DataFrame:
    if not (options.since or options.until):
        return placed
    days = placed["placed_at"].astype("str").str.slice(0, 10)
    return placed[(days >= options.since) & (days <= (options.until or "9"))]


_TYPES = {CellKind.NUMBER: pa.decimal128(24, 8), CellKind.TIME: pa.timestamp("us", tz="UTC")}


class ParquetFile:
    """A `Sink`; counts become whole numbers, an empty cell of a number or time is null."""

    def __init__(self, path: Path, headings: Sequence[Heading], properties: Mapping[str, str] | None = None) -> None:
        self._types = [_type(heading) for heading in headings]
        fields = zip((heading.title for heading in headings), self._types, strict=True)
        self._writer = pq.ParquetWriter(path, pa.schema(list(fields), properties or None), compression="zstd")

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        typed = [_cast(column, kind) for column, kind in zip(columns, self._types, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(typed, schema=self._writer.schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _type(heading: Heading) -> Any:
    if heading.kind is CellKind.NUMBER and heading.number_format == "0":
        return pa.int64()
    return _TYPES.get(heading.kind, pa.large_string())


def _cast(texts: Any, kind: Any) -> Any:
    if pa.types.is_large_string(kind):
        return texts
    return pc.cast(pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts), kind)


Standing = Mapping[str, tuple[str, ...]]


def changes(pages: BookPages) -> Iterator[pd.DataFrame]:
    """Everything that changed on a later day than the one a line was placed on, oldest first for each line.

    First what became of lines that were on their way, then what was corrected after that (`CORRECTION_COLUMNS`).
    """
    return chain(pages.settlements(), pages.corrections())


def standing_at(pages: BookPages, until: str) -> Standing:
    """The lines that stood otherwise at the end of the day `until` than now: reference -> `BOOKED_COLUMNS` then."""
    if not until:
        return {}
    then: dict[str, tuple[str, ...]] = {}
    for frame in changes(pages):
        later = frame[frame["at"].astype("str").str.slice(0, 10) > until]
        before = (later[f"{name}_before"].astype("str").fillna("") for name in BOOKED_COLUMNS)
        for reference, *values in zip(later["reference"].astype("str"), *before, strict=True):
            then.setdefault(reference, tuple(values))
    return then


def as_of(placed: pd.DataFrame, then: Standing) -> pd.DataFrame:
    """Placed lines (`PLACED_COLUMNS`) with what was booked of them at that time."""
    if not then:
        return placed
    references = placed["reference"].astype("str")
    changed = references.isin(then.keys())
    if not changed.any():
        return placed
    values = pd.DataFrame([then[reference] for reference in references[changed]], columns=list(BOOKED_COLUMNS))
    placed = placed.copy()
    for name in BOOKED_COLUMNS:
        placed[name] = placed[name].astype("object")
        placed.loc[changed, name] = values[name].to_numpy()
    rate = placed["exchange_rate"].astype("object")
    placed["exchange_rate"] = rate.where(~changed | (placed["charged"].fillna("") != ""), "")
    return placed


_TITLES = ("Currency", "Charged in", "Status", "Lines", "Total", "Charged", "Fees", "Shipping", "Owed by Tango",
           "Not explained", "Rate")  # fmt: skip
_WIDTHS = (12, 14, 14, 10, 16, 16, 14, 14, 16, 16, 12)
_SUMMED = {"Total": "total", "Amount charged": "charged", "Fees": "fee", "Shipping fee": "shipping"}
_LOST = (RowStatus.FAILED, RowStatus.CANCELLED)
NOT_STATED = "(not stated)"


def owed(status: str, sums: ReportSums) -> int:
    """What Tango owes, in ten-thousandths of the charged currency."""
    return sums.charged if status in _LOST else 0


def unexplained(currency: str, paid_in: str, status: str, sums: ReportSums) -> int:
    """What was charged beyond (or below) total, fees and shipping; 0 where that cannot be said."""
    if status in _LOST or currency != paid_in:
        return 0
    return sums.charged - sums.total - sums.fee - sums.shipping


def write_charges(book: Any, lines: Lines, charges: Mapping[tuple[str, str, str], ReportSums]) -> None:
    """The sheet `Charges`; each figure is a formula with its value of today beside it."""
    sheet = book.add_worksheet("Charges")
    head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
    look = book.add_format({"num_format": "#,##0.00##"})
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.write_row(0, 0, _TITLES, head)
    sheet.freeze_panes(1, 0)
    for row, ((currency, paid_in, status), sums) in enumerate(sorted(charges.items()), 1):
        sheet.write_row(row, 0, [currency, paid_in or NOT_STATED, status])
        for position, (formula, value) in enumerate(_figures(lines, row + 1, currency, paid_in, status, sums), 3):
            sheet.write_formula(row, position, f"={formula}", None if position == 3 else look, value)


def _figures(
    lines: Lines, row: int, currency: str, paid_in: str, status: str, sums: ReportSums
) -> list[tuple[str, float | str]]:
    pairs = [("Currency", f"$A{row}"), ("Charged currency", f"$B{row}" if paid_in else '"="'), ("Status", f"$C{row}")]
    inside = ",".join(f"{lines.of(title)},{criterion}" for title, criterion in pairs)
    figures: list[tuple[str, float | str]] = [(f"COUNTIFS({inside})", sums.lines)]
    for title, name in _SUMMED.items():
        figures.append((f"SUMIFS({lines.of(title)},{inside})", _value(getattr(sums, name))))
    lost, alike = status in _LOST, currency == paid_in
    figures.append((f"F{row}" if lost else "0", _value(owed(status, sums))))
    left = f"ROUND(F{row}-E{row}-G{row}-H{row},4)" if alike and not lost else "0"
    figures.append((left, _value(unexplained(currency, paid_in, status, sums))))
    charged = sums.charged - sums.fee - sums.shipping
    rate = round(charged / sums.total, 6) if paid_in and not alike and sums.total else ""
    figures.append((f"ROUND((F{row}-G{row}-H{row})/E{row},6)" if rate != "" else '""', rate))
    return figures


def _value(units: int) -> float:
    return float(money.from_units(units))
