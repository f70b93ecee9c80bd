"""How do the lines of a period and its journal come to the same, and what changed after it?  The sheet `Journal`.

The journal of a period books the lines placed in it as they stood at its end, and what changed in it of lines that had
been placed before. What changed later belongs to the journal of a later period, and is only named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaign_runner.model import money
from campaign_runner.reporting.finance.entries import Entries
from campaign_runner.reporting.finance.formulas import Lines
from campaign_runner.reporting.finance.lines import TITLES
from campaign_runner.reporting.finance.sums import units

_HEADS = ("Account", "Currency", "Lines placed in the period", "Changes of earlier lines", "Journal", "Charged on Lines",
          "Difference")  # fmt: skip
_LATER = ("Changed after the period", "Currency", "Lines", "Total", "Charged before", "Charged since", "Difference")
_WIDTHS = (46, 12, 26, 24, 18, 18, 14)
_BLUE = "#1F3864"


class Later:
    """What changed after the period of its lines, by (status at its end, status since, currency charged in)."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, str], list[int]] = {}

    def add(self, before: Sequence[Any], after: Sequence[Any], mine: Any) -> None:
        """Add the changes that the mask names; both sides are columns of the finance report."""
        was, now = (
            {title: column.filter(mine) for title, column in zip(TITLES, columns, strict=False)}
            for columns in (before, after)
        )
        charged = [units(side["Amount charged"]).tolist() for side in (was, now)]
        columns = (was["Status"], now["Status"], now["Charged currency"], was["Charged currency"], now["Currency"])
        totals = units(now["Total"]).tolist()
        for *names, total, first, second in zip(*(c.to_pylist() for c in columns), totals, *charged, strict=True):
            status, since, paid, paid_before, currency = names
            kept = self.sums.setdefault((status, since, paid or paid_before or currency), [0, 0, 0, 0])
            kept[:] = [kept[0] + 1, kept[1] + total, kept[2] + first, kept[3] + second]


def write_bridge(book: Any, entries: Entries, later: Later, accounts: Mapping[str, str], lines: Lines) -> None:
    """The sheet `Journal`: each account by where its money comes from, then what is in a later journal."""
    sheet = book.add_worksheet("Journal")
    head = book.add_format({"bold": True, "bg_color": _BLUE, "font_color": "#FFFFFF"})
    look = book.add_format({"num_format": "#,##0.00##"})
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.write_row(0, 0, _HEADS, head)
    row = 1
    moved = ((key, sums) for key, sums in sorted(entries.by_account().items()) if any(sums))
    for (key, currency), (here, earlier) in moved:
        sheet.write_string(row, 0, accounts[key])
        sheet.write_string(row, 1, currency)
        sheet.write_number(row, 2, _value(here), look)
        sheet.write_number(row, 3, _value(earlier), look)
        sheet.write_formula(row, 4, f"=C{row + 1}+D{row + 1}", look, _value(here + earlier))
        if key == "tango":
            charged = f"SUMIFS({lines.of('Amount charged')},{lines.of('Charged currency')},B{row + 1})"
            sheet.write_formula(row, 5, f"={charged}", look, _value(-here))
            sheet.write_formula(row, 6, f"=ROUND(C{row + 1}+F{row + 1},4)", look, 0)
        row += 1
    _write_later(sheet, row + 1, later, head, look)


def _write_later(sheet: Any, row: int, later: Later, head: Any, look: Any) -> None:
    if not later.sums:
        return
    sheet.write_row(row, 0, _LATER, head)
    for number, ((status, since, currency), sums) in enumerate(sorted(later.sums.items()), row + 1):
        count, total, before, now = sums
        sheet.write_string(number, 0, f"{status} at the end of the period, {since} since")
        sheet.write_string(number, 1, currency)
        sheet.write_number(number, 2, count)
        for position, value in enumerate((total, before, now), 3):
            sheet.write_number(number, position, _value(value), look)
        sheet.write_formula(number, 6, f"=F{number + 1}-E{number + 1}", look, _value(now - before))
    note = "These changes are in the journal and in corrections.csv of the period in which they were found."
    sheet.write_string(row + len(later.sums) + 2, 0, note)


def _value(units_: int) -> float:
    return float(money.from_units(units_))
