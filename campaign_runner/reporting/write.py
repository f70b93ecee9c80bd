"""In which order are the reports written?  Those of rows, those of placed lines, the page, and the summary last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson

from campaign_runner.model import Books
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.reporting.atomic import private_folder, replacing
from campaign_runner.reporting.csv_file import DIALECTS
from campaign_runner.reporting.finance.accounts import chart
from campaign_runner.reporting.finance.bridge import write_bridge
from campaign_runner.reporting.finance.corrected import CORRECTIONS, CorrectionsReport
from campaign_runner.reporting.finance.entries import Entries
from campaign_runner.reporting.finance.groups import Groups, group_headers
from campaign_runner.reporting.finance.journal import write_beancount, write_journal_csv
from campaign_runner.reporting.finance.page import FINANCE_PAGE, finance_page
from campaign_runner.reporting.finance.sums import PeriodSums, Tallies, period_sums
from campaign_runner.reporting.finance.zone import in_zone
from campaign_runner.reporting.ledger_stamp import HEAD, properties, write_about
from campaign_runner.reporting.report_page import FirstRows, page, restated
from campaign_runner.reporting.streaming import Progress, ReportFolder, over_lines, over_rows
from campaign_runner.reporting.summary import summary
from campaign_runner.reporting.targets import Targets

SUMMARY, PAGE = "summary.json", "report.html"
JOURNALS = ("journal.beancount", "journal.csv")
ORDER = (
    "results.xlsx", "results.csv", "failures.xlsx", "failures.csv", "annotated.xlsx", PAGE, FINANCE_PAGE, "finance.xlsx",
    "finance.csv", "finance.parquet", CORRECTIONS, *JOURNALS, SUMMARY,
)  # fmt: skip
# From so many rows on, another process is worth its while.
MANY = 50_000
Work = Callable[[], tuple[Tallies, dict[str, Path]]]
Beside = Callable[[Work], AbstractContextManager[Work]]
_OF_LINES = frozenset({"finance.csv", "finance.xlsx", "finance.parquet", CORRECTIONS, *JOURNALS})
FINANCE_REPORTS = (*sorted(_OF_LINES), FINANCE_PAGE)


def write_reports(
    books: Books, folder: Path, *, exit_code: int, problems: ProblemTally | None = None,
    only: frozenset[str] | None = None, progress: Progress | None = None, also: Callable[[], Mapping[str, Path]] = dict,
    finance: FinanceOptions | None = None, targets: Targets | None = None, beside: Beside | None = None,
) -> dict[str, Path]:  # fmt: skip
    """Write every report (or those named in `only`) into `folder`; each appears whole or not at all.

    `also` names reports that others wrote meanwhile (the annotated workbook), for the summary. `progress` is told
    ("rows" or "lines", how many are done, how many in all). `targets` may give a report another name; `beside` runs
    work in another process, where there is one. Returns file name -> path. Raises StateError where a file cannot be
    written, UsageError for a grouping column that will not do.
    """
    options = finance or FinanceOptions()
    private_folder(folder)
    shelf = ReportFolder(targets or Targets(folder), only, progress)
    of_lines = only is None or bool(only & {*_OF_LINES, PAGE})
    groups = Groups(books, group_headers([books], options.group_by) if of_lines else ())
    first = FirstRows()
    # Rows and lines go by in two processes, unless lines need to know of their rows.
    apart = beside is not None and of_lines and not groups.titles and books.total_rows >= MANY
    told = replace(shelf, progress=None) if apart else shelf  # a process apart must not draw on the terminal
    work = partial(_of_lines, books, groups, told, options)
    with beside(work) if beside and apart else nullcontext(work) as lines:
        over_rows(books, shelf, groups, first if shelf.wants(PAGE) else None)
        if of_lines:
            tallies, written = lines()
            shelf.written |= written
        shelf.written |= also()
        if of_lines and shelf.wants(PAGE):
            _write_page(books, shelf, tallies, first)
    if shelf.wants(SUMMARY):
        _write_summary(books, shelf, exit_code, problems)
    return _in_order(shelf.written)


def restate(books: Books, written: Mapping[str, Path], targets: Targets, *, exit_code: int) -> None:
    """Say anew what this very call did, in reports that are otherwise as they would be written now."""
    texts = {}
    if page_there := written.get(PAGE):
        texts[page_there] = restated(page_there.read_text("utf-8"), books).encode()
    if summary_there := written.get(SUMMARY):
        texts[summary_there] = _as_json(books, written, exit_code, None)
    for path, text in texts.items():
        if path.read_bytes() != text:
            with replacing(path, targets.sign) as draft:
                draft.write_bytes(text)


def _of_lines(
    books: Books, groups: Groups, shelf: ReportFolder, options: FinanceOptions
) -> tuple[Tallies, dict[str, Path]]:
    """What is made of placed lines, and all that is written by then."""
    tallies = _lines([(books, groups)], shelf, options)
    return tallies, shelf.written


def write_finance(
    all_books: Sequence[Books], folder: Path, *, finance: FinanceOptions | None = None,
    only: frozenset[str] | None = None, progress: Progress | None = None, targets: Targets | None = None,
) -> tuple[dict[str, Path], tuple[PeriodSums, ...]]:  # fmt: skip
    """The finance reports of many campaigns of one environment as one (`reports --all`), and what their lines come to."""
    options = finance or FinanceOptions()
    private_folder(folder)
    shelf = ReportFolder(targets or Targets(folder), only or frozenset({*_OF_LINES, FINANCE_PAGE}), progress)
    headers = group_headers(all_books, options.group_by)
    pairs = [(books, Groups(books, headers)) for books in all_books]
    nothing = ReportFolder(Targets(folder), frozenset())
    for books, groups in pairs:
        over_rows(books, nothing, groups)
    tallies = _lines(pairs, shelf, options)
    sums = period_sums(tallies)
    if shelf.wants(FINANCE_PAGE):
        with shelf.replacing(FINANCE_PAGE) as draft:
            draft.write_text(finance_page(all_books, tallies, sums, options, _in_order(shelf.written)), "utf-8")
    return _in_order(shelf.written), sums


def _lines(pairs: Sequence[tuple[Books, Groups]], shelf: ReportFolder, options: FinanceOptions) -> Tallies:
    """Everything that is made of placed lines: finance reports, journal, and the totals for the page."""
    accounts = chart(options.accounts)
    pairs = [(in_zone(books, options.time_zone), groups) for books, groups in pairs]
    entries = Entries(pairs[0][1].titles)
    journals = [name for name in JOURNALS if shelf.wants(name)]
    corrected = CorrectionsReport(pairs[0][1].titles)
    corrected.read(pairs, shelf, options, entries if journals else None)
    all_books = [books for books, _ in pairs]
    tallies = Tallies(pairs[0][1].titles)
    further = [
        lambda book, _: corrected.write_sheet(book),
        lambda book, _: write_about(book, all_books, tallies if options.has_period else None),
    ]
    if options.has_period and journals:
        further.insert(0, lambda book, lines: write_bridge(book, entries, corrected.later, accounts, lines))
    over_lines(pairs, shelf, options, [entries] if journals else [], further, tallies)
    heads = properties(all_books).get(HEAD, "")
    title = ", ".join(books.order.campaign_id for books, _ in pairs)
    for name in journals:
        with shelf.replacing(name) as draft:
            if name.endswith(".csv"):
                write_journal_csv(draft, entries, accounts, DIALECTS[shelf.targets.csv])
            else:
                write_beancount(draft, entries, accounts, title, heads)
    return tallies


def _in_order(written: Mapping[str, Path]) -> dict[str, Path]:
    """As people look for them, whatever order they were finished in."""
    return {name: written[name] for name in (*ORDER, *sorted(written)) if name in written}


def _write_page(books: Books, shelf: ReportFolder, tallies: Tallies, first: FirstRows) -> None:
    text = page(books, tallies, first, _in_order(shelf.written))
    with shelf.replacing(PAGE) as draft:
        draft.write_text(text, "utf-8")


def _write_summary(books: Books, shelf: ReportFolder, exit_code: int, problems: ProblemTally | None) -> None:
    written = _in_order({**shelf.written, SUMMARY: shelf.targets.of(SUMMARY)})
    with shelf.replacing(SUMMARY) as draft:
        draft.write_bytes(_as_json(books, written, exit_code, problems))


def _as_json(books: Books, written: Mapping[str, Path], exit_code: int, problems: ProblemTally | None) -> bytes:
    return orjson.dumps(summary(books, written, exit_code, problems), option=orjson.OPT_INDENT_2) + b"\n"
