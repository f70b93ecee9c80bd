"""Who gets what, line by line, where there are too many for a page?  `plan.xlsx` beside `plan.html`, or `plan.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from campaign_runner.model import money
from campaign_runner.model.plan_facts import LINES_SHOWN, PlannedLine
from campaign_runner.reporting.csv_file import DIALECTS, CsvFile
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.row_limits import fits
from campaign_runner.reporting.streaming import ReportFolder
from campaign_runner.reporting.table import Sink
from campaign_runner.reporting.targets import Targets

PLAN_LISTS = (PLAN_XLSX, PLAN_CSV) = ("plan.xlsx", "plan.csv")


_AT_ONCE = 5_000


_MONEY = "#,##0.00"


_HEADINGS = (
    Heading("Row", CellKind.NUMBER, "0"), Heading("Recipient"), Heading("Delivery method"), Heading("utid"),
    Heading("Reward"), Heading("Quantity", CellKind.NUMBER, "0"), Heading("Amount", CellKind.NUMBER, _MONEY),
    Heading("Total", CellKind.NUMBER, _MONEY), Heading("Currency"), Heading("externalRefLineItemID"),
)  # fmt: skip


def write_plan_list(lines: Iterable[PlannedLine], number: int, targets: Targets) -> dict[str, Path]:
    """Write all lines where there are more than LINES_SHOWN; else take an earlier list away. Returns name -> path."""
    name = next((one for one in PLAN_LISTS if number > LINES_SHOWN and (fits(number) or one == PLAN_CSV)), "")
    shelf = ReportFolder(targets, None)
    for other in PLAN_LISTS:
        if other != name:
            shelf.drop(other)
    if name:
        with shelf.open(name, lambda draft: _sink(name, draft, number, targets)) as file:
            for columns in _columns(lines):
                file.add(columns)
    return shelf.written


def _sink(name: str, draft: Path, number: int, targets: Targets) -> Sink:
    if name == PLAN_XLSX:
        return WorkbookFile(draft, SheetPlan("Plan", _HEADINGS, -1, number))
    numeric = [at for at, heading in enumerate(_HEADINGS) if heading.number_format == _MONEY]
    return CsvFile(draft, [heading.title for heading in _HEADINGS], DIALECTS[targets.csv], numeric)


def _columns(lines: Iterable[PlannedLine]) -> Iterator[Sequence[Any]]:
    rest = iter(lines)
    while some := [_cells(line) for line in islice(rest, _AT_ONCE)]:
        yield [pa.array(column, pa.large_string()) for column in zip(*some, strict=True)]


def _cells(line: PlannedLine) -> tuple[str, ...]:
    return (str(line.row), line.recipient, line.method, line.utid, line.reward, str(line.quantity),
            money.text(line.amount), money.text(line.total), line.currency, line.reference)  # fmt: skip
