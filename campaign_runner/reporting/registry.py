"""Which reports are there?  One entry each; to add one, write its file and enter it here.

An entry says for whom a report is, what it is made of, and who makes it. What a maker is given, and gives back, follows
from the source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaign_runner.reporting import failures, plan_file, plan_page, report_page, results
from campaign_runner.reporting.excel.annotated import write_annotated
from campaign_runner.reporting.finance import corrections_report, journal, page, report
from campaign_runner.reporting.summary import summary_json


class Source(StrEnum):
    """What a report is made of. An `Opener` takes the path of a draft and gives the `Sink` that fills it; None where
    there is nothing to write, and then an earlier report is taken away."""

    ROWS = "the rows of the file"  # make(Books) -> RowTable, written as CSV or as a workbook by its name
    WORKBOOK = "the uploaded workbook"  # make(workbook, draft, problems, sheet, sign) -> path
    LINES = "placed lines"  # make(LinePass) -> Opener | None, fed with the columns of `finance.report`
    CORRECTIONS = "changes of final lines"  # make(LinePass) -> Opener, fed with those of `finance.corrections_report`
    ENTRIES = "double entries"  # make(draft, LinePass)
    SUMS = "rows and lines, added up"  # make(ClosedBooks) -> text
    ALL_SUMS = "the lines of all campaigns, added up"  # make(ClosedBooks) -> text
    BOOKS = "the books"  # make(ClosedBooks) -> text
    PLAN = "a plan"  # make(PlanPaper) -> text
    PLANNED_LINES = "planned lines"  # make(PlanPaper) -> Opener | None, fed with the columns of `plan_list`


class Audience(StrEnum):
    """For whom a report is."""

    HR = "HR"
    FINANCE = "finance"
    APPROVERS = "approvers"
    DATA_TOOLS = "data tools"
    MACHINES = "machines"
    EVERYONE = "everyone"


@dataclass(frozen=True)
class Report:
    """`of_check`: also written by `check`, before anything is sent. `option`: only with this field of the options."""

    name: str
    audience: Audience
    source: Source
    make: Callable[..., Any]
    contents: str
    of_check: bool = False
    option: str = ""


_ROWS = "every row as it was, with its status, reason and references"
_FAILURES = "the rows that need action, with the problem and what to do; correct it and run it as it is"
_MARKED = "your workbook, faulty cells marked and commented, and a list of the problems (Excel input only)"
_LINES = "one line per placed line item, without names or contact data; totals as formulas, charts"
_JOURNAL = (
    "those lines as double-entry bookkeeping; a change after a line was final is a separate entry on its own day"
)
_PLAN = (
    "what `plan` would send: every line, totals, who is new, what changed, what is unusual, held or wrong, and the plan's "
    "hash"
)
_PLANNED = "every line of a plan of more than 500 lines (the CSV only if a sheet cannot hold them)"

# In the order in which people look for them.
REPORTS: tuple[Report, ...] = (
    Report("results.xlsx", Audience.HR, Source.ROWS, results.table, _ROWS),
    Report("results.csv", Audience.HR, Source.ROWS, results.table, _ROWS),
    Report("failures.xlsx", Audience.HR, Source.ROWS, failures.table, _FAILURES, of_check=True),
    Report("failures.csv", Audience.HR, Source.ROWS, failures.table, _FAILURES, of_check=True),
    Report("annotated.xlsx", Audience.HR, Source.WORKBOOK, write_annotated, _MARKED, of_check=True),
    Report("report.html", Audience.EVERYONE, Source.SUMS, report_page.page,
           "one page with totals, charts, and what to do next"),
    Report("finance.html", Audience.FINANCE, Source.ALL_SUMS, page.finance_page,
           "one page to print: totals of the period, by campaign, purchase order and your own groups, findings (only with "
           "`reports --all`)"),
    Report("finance.xlsx", Audience.FINANCE, Source.LINES, report.workbook, _LINES),
    Report("finance.csv", Audience.FINANCE, Source.LINES, report.csv, _LINES),
    Report("finance.parquet", Audience.DATA_TOOLS, Source.LINES, report.parquet,
           "the lines of `finance.csv` (only with `reports --parquet`)", option="parquet"),
    Report("corrections.csv", Audience.FINANCE, Source.CORRECTIONS, corrections_report.csv,
           "changes after a line was final: day, row, status and charge before and after (only where there are any)"),
    Report("journal.beancount", Audience.FINANCE, Source.ENTRIES, journal.beancount, _JOURNAL),
    Report("journal.csv", Audience.FINANCE, Source.ENTRIES, journal.csv, _JOURNAL),
    Report("plan.html", Audience.APPROVERS, Source.PLAN, plan_page.plan_page, _PLAN),
    Report("plan.xlsx", Audience.APPROVERS, Source.PLANNED_LINES, plan_file.workbook, _PLANNED),
    Report("plan.csv", Audience.APPROVERS, Source.PLANNED_LINES, plan_file.csv, _PLANNED),
    Report("plan.json", Audience.APPROVERS, Source.PLAN, plan_file.plan_json, _PLAN),
    Report("summary.json", Audience.MACHINES, Source.BOOKS, summary_json,
           "counts and amounts per status, findings, exit code", of_check=True),
)  # fmt: skip

OF_LINES = (Source.LINES, Source.CORRECTIONS, Source.ENTRIES)
OF_CAMPAIGN = (Source.ROWS, Source.WORKBOOK, *OF_LINES, Source.SUMS, Source.BOOKS)
OF_ALL_CAMPAIGNS = (*OF_LINES, Source.ALL_SUMS)
OF_PLAN = (Source.PLAN, Source.PLANNED_LINES)


def of(*sources: Source) -> list[Report]:
    """Those made of one of these."""
    return [report for report in REPORTS if report.source in sources]


def names(*sources: Source) -> list[str]:
    """Their names."""
    return [report.name for report in of(*sources)]


def names_of_check() -> list[str]:
    """The names of those that `check` writes."""
    return [report.name for report in REPORTS if report.of_check]
