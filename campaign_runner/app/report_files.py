"""Which files does a command write, and where?  Never over a file that it reads, nor over what somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from campaign_runner.app.draft import ReadOptions, is_long
from campaign_runner.app.executor import beside, spare
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.uploads import LoadedUpload
from campaign_runner.ledger.read_only import is_writable
from campaign_runner.model import Books, Problem, RawTable
from campaign_runner.model.errors import FileUnusable
from campaign_runner.reporting.excel.annotated import write_annotated
from campaign_runner.reporting.targets import Targets, WrittenReports, reserve
from campaign_runner.reporting.write import ORDER

CHECK_REPORTS = frozenset({"failures.csv", "failures.xlsx", "summary.json"})


ANNOTATED = "annotated.xlsx"


def annotating(
    file: LoadedUpload, runtime: Runtime, places: Targets
) -> AbstractContextManager[Callable[[], dict[str, Path]]]:
    """The annotated workbook of this run, or of the run that checked this file."""
    if file.tally is not None:
        return marked(file.reading, file.table, file.problems, places)
    before = report_folder(runtime) / ANNOTATED
    return nullcontext(lambda: {ANNOTATED: before} if before.exists() else {})


def marked(
    reading: ReadOptions, table: RawTable, problems: Sequence[Problem], places: Targets
) -> AbstractContextManager[Callable[[], dict[str, Path]]]:
    """The user's own workbook with its faulty cells marked, where there is one; a long one while others are written."""
    places.drop(ANNOTATED)
    if not problems or not table.sheet:
        return nullcontext(dict)

    def annotated() -> dict[str, Path]:
        try:
            target = places.of(ANNOTATED)
            return {ANNOTATED: write_annotated(reading.file, target, problems, table.sheet, places.sign)}
        except FileUnusable:  # it could be read, so it is of a kind that cannot be written: xls, ods
            return {}

    return beside(annotated, apart=is_long(reading.file) and spare() > 0)


def report_folder(runtime: Runtime) -> Path:
    """Where the campaign's reports are."""
    return runtime.reports / runtime.settings.campaign.id


def report_targets(runtime: Runtime, names: Iterable[str], *inputs: Path, campaign: str = "") -> Targets:
    """Under which name each report is written, so that nothing is lost that a person typed; `inputs` are read."""
    place = runtime.reports / campaign if campaign else report_folder(runtime)
    record = runtime.state / "reports" / "written" if is_writable(runtime.state) else None
    found = reserve(place, names, WrittenReports(record), inputs)
    return replace(found, csv=runtime.settings.reports.csv)


def naming_reports(books: Books, places: Targets, marked: bool, names: Collection[str]) -> Books:
    """The same books, with a note on every report that has another name than usual."""
    written = [name for name in ORDER if name in names and (name != ANNOTATED or marked)]
    written += [ANNOTATED] if marked and ANNOTATED not in written else []
    return replace(books, notes=(*books.notes, *places.notes(written)))
