"""Who gets what, line by line, where there are too many for a page?  `plan.xlsx` beside `plan.html`, or `plan.csv`."""

from __future__ import annotations

from campaign_runner.model.plan_facts import LINES_SHOWN
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.finance.report import Opener
from campaign_runner.reporting.plan_file import PlanPaper
from campaign_runner.reporting.row_limits import fits
from campaign_runner.reporting.table import csv_of

_MONEY = "#,##0.00"

_HEADINGS = (
    Heading("Row", CellKind.NUMBER, "0"), Heading("Recipient"), Heading("Delivery method"), Heading("utid"),
    Heading("Reward"), Heading("Quantity", CellKind.NUMBER, "0"), Heading("Amount", CellKind.NUMBER, _MONEY),
    Heading("Total", CellKind.NUMBER, _MONEY), Heading("Currency"), Heading("externalRefLineItemID"),
)  # fmt: skip


def workbook(plan: PlanPaper) -> Opener | None:
    """`plan.xlsx`, where a page cannot hold the lines and a sheet can."""
    number = plan.facts.sending.lines
    if number <= LINES_SHOWN or not fits(number):
        return None
    return lambda draft: WorkbookFile(draft, SheetPlan("Plan", _HEADINGS, -1, number))


def csv(plan: PlanPaper) -> Opener | None:
    """`plan.csv`, where no sheet can hold the lines."""
    return None if fits(plan.facts.sending.lines) else lambda draft: csv_of(draft, _HEADINGS, plan.dialect)
