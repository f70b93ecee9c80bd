"""How does finance see the sums, and that they are the sums of the lines?  The sheet `Totals`: formulas and charts.

Each figure is a formula over the sheet `Lines`, with its value of today beside it for viewers that cannot calculate.
Under each table stands what its sum differs from the lines: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from campaign_runner.model import Finding, money
from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.reporting.excel.workbook_writer import STATUS_COLOURS
from campaign_runner.reporting.finance.formulas import FIGURES, Figure, Lines, is_ambiguous
from campaign_runner.reporting.finance.sums import ReportSums, Tallies

KEYS_SHOWN = 100
_WIDTHS = (34, 10, 10, 10, 16, 16, 16, 20, 16)
_FIRST_FIGURE = 2
_BLUE = "#1F3864"


def write_totals(book: Any, lines: Lines, tallies: Tallies, sections: Mapping[str, str]) -> None:
    """The sheet `Totals`: one table and chart per section (title -> column of `Lines`)."""
    sheet = _Totals(book, lines)
    for title, column in sections.items():
        sheet.table(title, column, tallies.sections[title])


class _Totals:
    """Writes one table below the other, the charts beside them."""

    def __init__(self, book: Any, lines: Lines) -> None:
        self._book, self._lines = book, lines
        self._sheet = book.add_worksheet("Totals")
        self._title = book.add_format({"bold": True, "font_size": 12, "font_color": _BLUE})
        self._head = book.add_format({"bold": True, "bg_color": _BLUE, "font_color": "#FFFFFF"})
        self._bold = book.add_format({"bold": True, "top": 1})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        formats = {True: "#,##0", False: "#,##0.00##"}
        self._looks = {kind: book.add_format({"num_format": shape}) for kind, shape in formats.items()}
        self._sums = {k: book.add_format({"num_format": f, "bold": True, "top": 1}) for k, f in formats.items()}
        self._right = book.add_format({"bold": True, "bg_color": _BLUE, "font_color": "#FFFFFF", "align": "right"})
        self._next = self._charts = 0
        for position, width in enumerate(_WIDTHS):
            self._sheet.set_column(position, position, width)

    def table(self, title: str, column: str, sums: Mapping[tuple[str, str], ReportSums]) -> None:
        """A row per key and currency, what is left as `all others`, then sum and difference per currency."""
        ranked = sorted(sums.items(), key=lambda item: (-item[1].total, item[0]))
        shown = sorted(ranked[:KEYS_SHOWN], key=lambda item: item[0])
        first = self._heading(title)
        keys = [key for (key, _), _ in shown]
        for (key, currency), each in shown:
            self._key_row(title, column, key, currency, each, exact=is_ambiguous(key, keys))
        last = self._next
        for currency in sorted({currency for (_, currency), _ in ranked}):
            rest = [each for (_, other), each in ranked[KEYS_SHOWN:] if other == currency]
            every = [each for (_, other), each in ranked if other == currency]
            self._closing_rows(first, last, currency, rest, every)
        self._chart(title, first, keys, len({currency for (_, currency), _ in ranked}))
        self._next += 1

    def _heading(self, title: str) -> int:
        self._sheet.write_string(self._next, 0, f"By {title[:1].lower()}{title[1:]}", self._title)
        self._sheet.write_row(self._next + 1, 0, [title, "Currency"], self._head)
        self._sheet.write_row(self._next + 1, 2, [figure.title for figure in FIGURES], self._right)
        self._next += 2
        return self._next

    def _key_row(self, title: str, column: str, key: str, currency: str, sums: ReportSums, exact: bool) -> None:
        here = f"$A{self._next + 1}"
        conditions = [(column, (here if key else '""') if exact else f'"="&{here}')]
        if title == "Day" and key:
            exact = False
            conditions = [(column, f'">="&{here}'), (column, f'"<"&({here}+1)')]
            self._sheet.write_number(self._next, 0, (date.fromisoformat(key) - date(1899, 12, 30)).days, self._day)
        else:
            self._sheet.write_string(self._next, 0, key or "(none)")
        self._sheet.write_string(self._next, 1, currency)
        for position, figure in enumerate(FIGURES, _FIRST_FIGURE):
            formula = self._lines.formula(figure, conditions, f"$B{self._next + 1}", exact)
            self._figure(position, figure, formula, [sums], self._looks)
        self._next += 1

    def _closing_rows(
        self, first: int, last: int, currency: str, rest: Sequence[ReportSums], every: Sequence[ReportSums]
    ) -> None:
        cell = f"$B{self._next + 1}"
        if rest:
            self._label(f"(all {len(rest):,} others)", currency)
            for position, figure in enumerate(FIGURES, _FIRST_FIGURE):
                formula = f"{self._lines.formula(figure, [], cell)}-{_above(position, first, last, cell)}"
                self._figure(position, figure, formula, rest, self._looks)
            self._next += 1
        others = self._next if rest else 0
        self._label("Sum", currency, self._bold)
        for position, figure in enumerate(FIGURES, _FIRST_FIGURE):
            plus = f"+{column_letters(position)}{others}" if others else ""
            formula = _above(position, first, last, f"$B{self._next + 1}") + plus
            self._figure(position, figure, formula, every, self._sums)
        self._label("Difference from the lines", currency, row=self._next + 1)
        for position, figure in enumerate(FIGURES, _FIRST_FIGURE):
            every_line = self._lines.formula(figure, [], f"$B{self._next + 2}")
            gap = f"=ROUND({column_letters(position)}{self._next + 1}-({every_line}),4)"
            self._sheet.write_formula(self._next + 1, position, gap, self._looks[figure.is_count], 0)
        self._next += 2

    def _label(self, text: str, currency: str, look: Any = None, row: int | None = None) -> None:
        self._sheet.write_string(self._next if row is None else row, 0, text, look)
        self._sheet.write_string(self._next if row is None else row, 1, currency, look)

    def _figure(self, position: int, figure: Figure, formula: str, sums: Sequence[ReportSums], looks: Any) -> None:
        units = sum(figure.units(each) for each in sums)
        value = units if figure.is_count else float(money.from_units(units))
        self._sheet.write_formula(self._next, position, f"={formula}", looks[figure.is_count], value)

    def _chart(self, title: str, first: int, keys: Sequence[str], currencies: int) -> None:
        """A picture of a table that has more than one row; the currency is named where there are several."""
        if len(keys) < 2:
            return
        last = first + len(keys)
        kind = {"Status": "doughnut", "Day": "column"}.get(title, "bar")
        chart = self._book.add_chart({"type": kind})
        names = ["Totals", first, 0, last - 1, 1 if currencies > 1 else 0]
        series: dict[str, Any] = {"categories": names, "values": ["Totals", first, 4, last - 1, 4]}
        if kind == "doughnut":
            points = [{"fill": {"color": STATUS_COLOURS.get(key, (_BLUE, _BLUE))[1]}} for key in keys]
            series["points"] = points
        else:
            series |= {"fill": {"color": "#2F5597"}, "gap": 60}
            chart.set_legend({"none": True})
            value_axis = {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}}
            (chart.set_x_axis if kind == "bar" else chart.set_y_axis)(value_axis)
            (chart.set_y_axis if kind == "bar" else chart.set_x_axis)({"reverse": kind == "bar"})
        chart.add_series(series)
        chart.set_title({"name": f"Total by {title[:1].lower()}{title[1:]}", "name_font": {"size": 12}})
        chart.set_size({"width": 560, "height": 320})
        self._sheet.insert_chart(self._charts * 17, 10, chart)
        self._charts += 1


def _above(position: int, first: int, last: int, currency: str) -> str:
    """The sum of a column of the table over the rows of one currency."""
    letter = column_letters(position)
    return f"SUMIFS({letter}{first + 1}:{letter}{last},$B{first + 1}:$B{last},{currency})"


def write_findings(book: Any, findings: Sequence[tuple[str, Finding]]) -> None:
    """The sheet `Findings`: every difference that was found, with its campaign and the rows behind it."""
    sheet = book.add_worksheet("Findings")
    head = book.add_format({"bold": True, "bg_color": _BLUE, "font_color": "#FFFFFF"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for position, width in enumerate((18, 80, 30, 12, 30)):
        sheet.set_column(position, position, width, wrap)
    sheet.write_row(0, 0, ["Kind", "Finding", "Rows", "Explained", "Campaign"], head)
    for number, (campaign, finding) in enumerate(findings, 1):
        rows = ", ".join(str(row) for row in finding.rows[:1000])
        explained = "yes" if finding.explained else "NO"
        for position, text in enumerate((finding.kind, finding.unnamed or finding.text, rows, explained, campaign)):
            sheet.write_string(number, position, text)
    sheet.freeze_panes(1, 0)
