"""How are the reports written?  Source by source, each report of the registry as its source goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from campaign_runner.model import BookPages, Books, OpenBooks
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.plan_facts import Approval, PlanFacts
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.reporting import failures, registry
from campaign_runner.reporting.atomic import private_folder
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.finance.groups import Groups, group_headers
from campaign_runner.reporting.finance.line_pass import LinePass
from campaign_runner.reporting.finance.sums import PeriodSums, Tallies, period_sums
from campaign_runner.reporting.ledger_stamp import properties
from campaign_runner.reporting.plan_file import PlanPaper
from campaign_runner.reporting.registry import Source
from campaign_runner.reporting.report_folder import Progress, ReportFolder
from campaign_runner.reporting.report_page import PAGE, FirstRows, restated
from campaign_runner.reporting.summary import SUMMARY, ClosedBooks, summary_json
from campaign_runner.reporting.table import RowTable, Sink, csv_of, fits
from campaign_runner.reporting.targets import Targets

# From this many rows on, another process is worth its while.
MANY = 50_000
Work = Callable[[], tuple[Tallies, dict[str, Path]]]
Beside = Callable[[Work], AbstractContextManager[Work]]


def write_reports(
    opened: OpenBooks, folder: Path, *, exit_code: int, problems: ProblemTally | None = None,
    only: frozenset[str] | None = None, progress: Progress | None = None, also: Callable[[], Mapping[str, Path]] = dict,
    finance: FinanceOptions | None = None, targets: Targets | None = None, beside: Beside | None = None,
) -> dict[str, Path]:  # fmt: skip
    """Write every report of one campaign (or those named in `only`) into `folder`; each appears whole or not at all.

    `also` names reports that others wrote meanwhile (the annotated workbook), for the summary. `progress` is told
    ("rows" or "lines", how many are done, how many in all). `targets` may give a report another name; `beside` runs
    work in another process, where there is one. Returns file name -> path. Raises StateError where a file cannot be
    written, UsageError for a grouping column that will not do.
    """
    options = finance or FinanceOptions()
    private_folder(folder)
    shelf = ReportFolder(targets or Targets(folder), only, progress)
    of_sums = _wanted(shelf, Source.SUMS)
    of_lines = bool(_wanted(shelf, *registry.OF_LINES) or of_sums)
    groups = Groups(opened.books, group_headers([opened.books], options.group_by) if of_lines else ())
    first = FirstRows()
    # Rows and lines go by in two processes, unless lines need to know of their rows.
    apart = beside is not None and of_lines and not groups.titles and opened.books.total_rows >= MANY
    quiet_shelf = replace(shelf, progress=None) if apart else shelf  # a process apart must not draw on the terminal
    there = OpenBooks(opened.books, opened.pages.lines_alone()) if apart else opened
    work = partial(_of_lines, [(there, groups)], quiet_shelf, options)
    closed = ClosedBooks([opened], exit_code, problems, options=options)
    with beside(work) if beside and apart else nullcontext(work) as lines:
        _rows(opened, shelf, groups, first if of_sums else None)
        if of_lines:
            tallies, written = lines()
            shelf.written |= written
            closed = replace(closed, tallies=tallies, first_rows=first.rows)
        shelf.written |= also()
        _close(shelf, Source.SUMS, closed)
    _close(shelf, Source.BOOKS, closed)
    return in_order(shelf.written)


def write_finance(
    campaigns: Sequence[OpenBooks], folder: Path, *, finance: FinanceOptions | None = None,
    only: frozenset[str] | None = None, progress: Progress | None = None, targets: Targets | None = None,
) -> tuple[dict[str, Path], tuple[PeriodSums, ...]]:  # fmt: skip
    """The finance reports of many campaigns of one environment as one (`reports --all`), and the totals of their lines."""
    options = finance or FinanceOptions()
    private_folder(folder)
    shelf = ReportFolder(
        targets or Targets(folder), only or frozenset(registry.names(*registry.OF_ALL_CAMPAIGNS)), progress
    )
    headers = group_headers([opened.books for opened in campaigns], options.group_by)
    pairs = [(opened, Groups(opened.books, headers)) for opened in campaigns]
    for opened, groups in pairs:
        _note_groups(opened, groups)
    tallies, _ = _of_lines(pairs, shelf, options)
    sums = period_sums(tallies)
    _close(shelf, Source.ALL_SUMS, ClosedBooks(campaigns, tallies=tallies, sums=sums, options=options))
    return in_order(shelf.written), sums


def write_plan(
    facts: PlanFacts, approval: Approval, lines: Iterable[Sequence[Any]], targets: Targets
) -> dict[str, Path]:
    """Write what there is to read of a plan; `lines` are all of its lines, as columns of `plan_list`."""
    private_folder(targets.folder)
    shelf, plan = ReportFolder(targets, None), PlanPaper(facts, approval, targets.csv)
    with _sinks(shelf, Source.PLANNED_LINES, plan) as sinks:
        for columns in lines if sinks else ():
            for sink in sinks:
                sink.add(columns)
    plan = replace(plan, lists=[path.name for path in shelf.written.values()])
    for report in _wanted(shelf, Source.PLAN):
        shelf.write(report.name, report.make(plan))
    return in_order(shelf.written)


def restate(books: Books, written: Mapping[str, Path], targets: Targets, *, exit_code: int) -> None:
    """Say again what this very call did, in reports that are otherwise as they would be written now."""
    shelf, texts = ReportFolder(targets, None), {}
    if page_there := written.get(PAGE):
        texts[PAGE] = restated(page_there.read_text("utf-8"), books).encode()
    if SUMMARY in written:
        texts[SUMMARY] = summary_json(ClosedBooks([OpenBooks(books, BookPages())], exit_code, reports=written))
    for name, text in texts.items():
        if written[name].read_bytes() != text:
            shelf.write(name, text)


def in_order(written: Mapping[str, Path]) -> dict[str, Path]:
    """As people look for them, whatever order they were finished in."""
    return {name: written[name] for name in (*registry.names(*Source), *sorted(written)) if name in written}


def _wanted(shelf: ReportFolder, *sources: Source) -> list[registry.Report]:
    return [report for report in registry.of(*sources) if shelf.wants(report.name)]


@contextmanager
def _sinks(
    shelf: ReportFolder, source: Source, context: Any, options: FinanceOptions | None = None
) -> Iterator[list[Sink]]:
    """One for each wanted report; where there is nothing to write, an earlier report is taken away."""
    with ExitStack() as stack:
        sinks = []
        for report in _wanted(shelf, source):
            if report.option and not getattr(options, report.option):
                continue
            if opener := report.make(context):
                sinks.append(stack.enter_context(shelf.open(report.name, opener)))
            else:
                shelf.drop(report.name)
        yield sinks


def _rows(opened: OpenBooks, shelf: ReportFolder, groups: Groups, page: Sink | None) -> None:
    """Write the reports that list rows; `groups` takes notes meanwhile, `page` the rows that need action."""
    books, tables = opened.books, dict[Callable[..., Any], tuple[RowTable, list[Sink]]]()
    with ExitStack() as stack:
        for report in _wanted(shelf, Source.ROWS):
            if report.make not in tables:
                tables[report.make] = report.make(books), []
            table, sinks = tables[report.make]
            if report.name.endswith(".csv"):
                sinks.append(stack.enter_context(shelf.open(report.name, partial(_csv, table, shelf))))
            elif fits(table.rows):
                plan = SheetPlan(
                    Path(report.name).stem.capitalize(), table.headings, table.status_column, table.rows,
                    properties=properties([books]), notes=table.notes,
                )  # fmt: skip
                sinks.append(stack.enter_context(shelf.open(report.name, partial(WorkbookFile, plan=plan))))
            else:
                shelf.drop(report.name)
        if page:
            tables[failures.table_of_page] = failures.table_of_page(books), [page]
        if tables:
            _feed(opened, list(tables.values()), shelf.progress, groups)
    _note_groups(opened, groups, earlier_alone=bool(tables))


def _csv(table: RowTable, shelf: ReportFolder, draft: Path) -> Sink:
    return csv_of(draft, table.headings, shelf.targets.csv)


def _note_groups(opened: OpenBooks, groups: Groups, *, earlier_alone: bool = False) -> None:
    """Whose line each row is: of this file, unless they went by, and of earlier ones."""
    if not groups.titles:
        return
    for stated in () if earlier_alone else opened.pages.stated():
        groups.note(stated)
    for columns, stated in opened.pages.earlier():
        groups.note(stated, columns)


def _feed(
    opened: OpenBooks, feeds: Sequence[tuple[RowTable, list[Sink]]], progress: Progress | None, groups: Groups
) -> None:
    done, expected = 0, max([table.rows for table, _ in feeds if table.rows], default=opened.books.total_rows)
    for stated in opened.pages.stated():
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


def _of_lines(
    pairs: Sequence[tuple[OpenBooks, Groups]], shelf: ReportFolder, options: FinanceOptions
) -> tuple[Tallies, dict[str, Path]]:
    """Everything that is made of placed lines, and all that is written by then."""
    journals = _wanted(shelf, Source.ENTRIES)
    lines = LinePass(pairs, options, shelf.targets.csv, bool(journals))
    _corrections(lines, shelf)
    with _sinks(shelf, Source.LINES, lines, options) as sinks:
        for columns in lines.parts(shelf.progress):
            for sink in sinks:
                sink.add(columns)
    for report in journals:
        with shelf.replacing(report.name) as draft:
            report.make(draft, lines)
    return lines.tallies, shelf.written


def _corrections(lines: LinePass, shelf: ReportFolder) -> None:
    parts = lines.corrections()
    if (first := next(parts, None)) is None:
        for report in _wanted(shelf, Source.CORRECTIONS):
            shelf.drop(report.name)
        return
    with _sinks(shelf, Source.CORRECTIONS, lines) as sinks:
        for columns in chain([first], parts):
            for sink in sinks:
                sink.add(columns)


def _close(shelf: ReportFolder, source: Source, closed: ClosedBooks) -> None:
    for report in _wanted(shelf, source):
        complete = replace(closed, reports=in_order(shelf.with_(report.name)))
        shelf.write(report.name, report.make(complete))
