"""Which reports are fed while the rows, and then the placed lines, go by?  Both are read once, however many reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign_runner.model import Books, Finding
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.reporting import failures, results
from campaign_runner.reporting.atomic import replacing
from campaign_runner.reporting.csv_file import DIALECTS, CsvFile
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.finance.formulas import Lines
from campaign_runner.reporting.finance.groups import Groups
from campaign_runner.reporting.finance.parquet import ParquetFile
from campaign_runner.reporting.finance.report import headings, line_parts, sheet_plan
from campaign_runner.reporting.finance.sums import Tallies
from campaign_runner.reporting.finance.zone import instants
from campaign_runner.reporting.ledger_stamp import properties
from campaign_runner.reporting.row_limits import fits
from campaign_runner.reporting.table import RowTable, Sink
from campaign_runner.reporting.targets import Targets

ROW_REPORTS: dict[str, Callable[[Books], RowTable]] = {"results": results.table, "failures": failures.table}
Progress = Callable[[str, int, int], None]
_REACHED_TANGO = (s for s in RowStatus if s not in (RowStatus.REJECTED, RowStatus.HELD, RowStatus.UNSENT))
REACHED_TANGO = tuple(_REACHED_TANGO)


@dataclass(slots=True)
class ReportFolder:
    """Where reports go, and which: `wanted` None means all; `written` grows."""

    targets: Targets
    wanted: frozenset[str] | None
    progress: Progress | None = None
    written: dict[str, Path] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether a report is to be written."""
        return self.wanted is None or name in self.wanted

    @contextmanager
    def open(self, name: str, make: Callable[[Path], Sink]) -> Iterator[Sink]:
        """A sink that becomes the report `name` when all is well."""
        with self.replacing(name) as draft:
            sink = make(draft)
            try:
                yield sink
            except BaseException:
                with suppress(Exception):
                    sink.close()  # only to let go of the draft, which is thrown away
                raise
            sink.close()

    def csv(self, draft: Path, headings: Sequence[Heading]) -> CsvFile:
        """A CSV file with these headings."""
        numeric, typed = ([at for at, heading in enumerate(headings) if heading.kind is kind]
                          for kind in (CellKind.NUMBER, CellKind.EITHER))  # fmt: skip
        return CsvFile(draft, [heading.title for heading in headings], DIALECTS[self.targets.csv], numeric, typed)

    @contextmanager
    def replacing(self, name: str) -> Iterator[Path]:
        """A draft that becomes the report `name` when all is well."""
        target = self.targets.of(name)
        with replacing(target, self.targets.sign) as draft:
            yield draft
        self.targets.sweep(name)
        self.written[name] = target

    def drop(self, name: str) -> None:
        """A report of an earlier run must not stand beside newer ones."""
        self.targets.drop(name)


def over_rows(books: Books, shelf: ReportFolder, groups: Groups, page: Sink | None = None) -> None:
    """Write the reports that list the rows of the file; `groups` takes notes meanwhile.

    `page` takes the rows that need action for the page.
    """
    tables = {name: table_of(books) for name, table_of in ROW_REPORTS.items()}
    with ExitStack() as stack:
        feeds = [(table, _sinks(stack, shelf, name, table, properties([books]))) for name, table in tables.items()]
        if page:
            feeds.append((failures.table_of_page(books), [page]))
        if any(sinks for _, sinks in feeds) or groups.titles:
            _feed(books, [feed for feed in feeds if feed[1]], shelf.progress, groups)
    if groups.titles:
        for columns, stated in books.earlier():
            groups.note(stated, columns)


def _sinks(stack: ExitStack, shelf: ReportFolder, name: str, table: RowTable, told: Mapping[str, str]) -> list[Sink]:
    plan = SheetPlan(
        name.capitalize(), table.headings, table.status_column, table.rows, properties=told, notes=table.notes
    )

    def workbook(draft: Path) -> Sink:
        return WorkbookFile(draft, plan)

    sinks = []
    if shelf.wants(f"{name}.csv"):
        sinks.append(stack.enter_context(shelf.open(f"{name}.csv", lambda draft: shelf.csv(draft, table.headings))))
    if shelf.wants(f"{name}.xlsx"):
        if fits(table.rows):
            sinks.append(stack.enter_context(shelf.open(f"{name}.xlsx", workbook)))
        else:
            shelf.drop(f"{name}.xlsx")
    return sinks


def _feed(
    books: Books, feeds: Sequence[tuple[RowTable, list[Sink]]], progress: Progress | None, groups: Groups
) -> None:
    done, expected = 0, max([table.rows for table, _ in feeds if table.rows], default=books.total_rows)
    for stated in books.stated():
        groups.note(stated)
        for table, sinks in feeds:
            columns = table.columns(stated)
            numbers = (
                table.in_workbook(stated, columns) if any(isinstance(s, WorkbookFile) for s in sinks) else columns
            )
            for sink in sinks:
                sink.add(numbers if isinstance(sink, WorkbookFile) else columns)
        done += len(stated.cells)
        if progress:
            progress("rows", done, expected)


def over_lines(
    all_books: Sequence[tuple[Books, Groups]],
    shelf: ReportFolder,
    options: FinanceOptions,
    more: Sequence[Sink] = (),
    sheets: Sequence[Callable[[Any, Lines], None]] = (),
    tallies: Tallies | None = None,
) -> Tallies:
    """Write the reports that list placed lines, of one campaign or of many, and add them up; `sheets` write further
    sheets of the workbook."""
    titles = all_books[0][1].titles
    tallies = tallies or Tallies(titles)
    expected = sum(books.rows.get(status, 0) for books, _ in all_books for status in REACHED_TANGO)
    findings = [(books.order.campaign_id, finding) for books, _ in all_books for finding in _findings(books, options)]
    told = properties([books for books, _ in all_books])
    plan = sheet_plan(titles, tallies, findings, expected, sheets, told)
    makers: dict[str, Callable[[Path], Sink]] = {
        "finance.csv": lambda draft: shelf.csv(draft, headings(titles)),
        "finance.xlsx": lambda draft: WorkbookFile(draft, plan),
        "finance.parquet": lambda draft: ParquetFile(draft, headings(titles), told),
    }
    with ExitStack() as stack:
        sinks: list[Sink] = [tallies, *more]
        for name, make in makers.items():
            if _is_due(name, shelf, options, expected):
                sinks.append(stack.enter_context(shelf.open(name, make)))
        for columns in _lines(all_books, options, shelf.progress, expected):
            for sink in sinks:
                sink.add(columns)
    return tallies


def _findings(books: Books, options: FinanceOptions) -> tuple[Finding, ...]:
    """Those of the period, where one is asked for."""
    return books.findings_of(*instants(options)) if options.has_period else books.findings


def _is_due(name: str, shelf: ReportFolder, options: FinanceOptions, expected: int) -> bool:
    if not shelf.wants(name) or (name.endswith(".parquet") and not options.parquet):
        return False
    if name.endswith(".xlsx") and not fits(expected):
        shelf.drop(name)
        return False
    return True


def _lines(
    all_books: Sequence[tuple[Books, Groups]], options: FinanceOptions, progress: Progress | None, expected: int
) -> Iterator[list[Any]]:
    done = 0
    for books, groups in all_books:
        for columns in line_parts(books, groups, options):
            yield columns
            done += len(columns[0])
            if progress:
                progress("lines", done, max(expected, done))
