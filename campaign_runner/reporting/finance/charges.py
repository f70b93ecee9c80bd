"""Is what Tango charged what the rewards, fees and shipping come to?  The sheet `Charges`: formulas over the lines.

Per reward currency, charged currency and status. What was charged for a reward that failed or was cancelled is owed by
Tango. Where both currencies are the same, whatever fees and shipping do not explain is named; where they differ, the
sheet shows the rate that was charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_runner.model import money
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.reporting.finance.formulas import Lines
from campaign_runner.reporting.finance.sums import ReportSums

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
