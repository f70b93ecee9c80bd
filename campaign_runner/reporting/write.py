"""In which order are the reports written?  The rows are read once; all reports that list them are fed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson

from campaign_runner.model import Books
from campaign_runner.reporting import failures, results
from campaign_runner.reporting.atomic import private_folder, replacing
from campaign_runner.reporting.csvfile import CsvFile
from campaign_runner.reporting.limits import fits
from campaign_runner.reporting.problems import ProblemTally
from campaign_runner.reporting.summary import summary
from campaign_runner.reporting.table import RowTable, Sink
from campaign_runner.reporting.workbook import SheetPlan, WorkbookFile

ROW_REPORTS: dict[str, Callable[[Books], RowTable]] = {"results": results.table, "failures": failures.table}
SUMMARY = "summary.json"

Progress = Callable[[str, int, int], None]


def write_reports(
    books: Books, folder: Path, *, exit_code: int, problems: ProblemTally | None = None,
    only: frozenset[str] | None = None, progress: Progress | None = None, also: Mapping[str, Path] | None = None,
) -> dict[str, Path]:  # fmt: skip
    """Write every report (or those named in `only`) into `folder`; each appears whole or not at all.

    `also` names reports that others wrote (the annotated workbook), for the summary. `progress` is told
    ("reports", rows written, rows in all). Returns name -> path. Raises StateError where a file cannot be written.
    """
    private_folder(folder)
    written = dict(also or {})
    written |= _row_reports(books, folder, only, progress)
    if _wanted(SUMMARY, only):
        written[SUMMARY] = folder / SUMMARY
        _write_summary(books, written, exit_code, problems)
    return written


def _wanted(name: str, only: frozenset[str] | None) -> bool:
    return only is None or name in only


def _row_reports(
    books: Books, folder: Path, only: frozenset[str] | None, progress: Progress | None
) -> dict[str, Path]:
    with ExitStack() as stack:
        written: dict[str, Path] = {}
        feeds = []
        for name, table_of in ROW_REPORTS.items():
            table = table_of(books)
            paths = {path.name: path for path in _paths(folder / name, table, only)}
            written |= paths
            if paths:
                feeds.append((table, [stack.enter_context(_sink(path, table)) for path in paths.values()]))
        if feeds:
            _feed(books, feeds, progress)
    return written


def _paths(stem: Path, table: RowTable, only: frozenset[str] | None) -> Iterator[Path]:
    """The files of a table; a workbook from an earlier run goes where a sheet cannot hold the rows any more."""
    for path in (stem.with_suffix(".csv"), stem.with_suffix(".xlsx")):
        if not _wanted(path.name, only):
            continue
        if path.suffix == ".xlsx" and not fits(table.rows):
            path.unlink(missing_ok=True)
        else:
            yield path


@contextmanager
def _sink(path: Path, table: RowTable) -> Iterator[Sink]:
    with replacing(path) as draft:
        sink: Sink
        if path.suffix == ".csv":
            sink = CsvFile(draft, table.headers)
        else:
            name = path.stem.capitalize()
            sink = WorkbookFile(draft, SheetPlan(name, table.headings, table.status_column, table.rows))
        yield sink
        sink.close()


def _feed(books: Books, feeds: list[tuple[RowTable, list[Sink]]], progress: Progress | None) -> None:
    done = 0
    for stated in books.stated():
        for table, sinks in feeds:
            columns = table.columns(stated)
            for sink in sinks:
                sink.add(columns)
        done += len(stated.cells)
        if progress:
            progress("reports", done, books.total_rows)


def _write_summary(books: Books, written: Mapping[str, Path], exit_code: int, problems: ProblemTally | None) -> None:
    data = orjson.dumps(summary(books, written, exit_code, problems), option=orjson.OPT_INDENT_2)
    with replacing(written[SUMMARY]) as draft:
        draft.write_bytes(data + b"\n")
