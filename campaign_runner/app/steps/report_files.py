"""Which files does a command write, and where?  Never over a file that it reads, nor over what somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from campaign_runner.app.process.executor import beside, is_long, spare
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger.ledger_files import is_writable
from campaign_runner.model import Books, Problem, RawTable
from campaign_runner.model.errors import FileUnusable, UsageError
from campaign_runner.reporting import registry
from campaign_runner.reporting.registry import Source
from campaign_runner.reporting.targets import Targets, WrittenReports, reserve

if TYPE_CHECKING:
    from campaign_runner.app.views.uploads import LoadedUpload


def annotating(
    file: LoadedUpload, runtime: Runtime, places: Targets
) -> AbstractContextManager[Callable[[], dict[str, Path]]]:
    """The annotated workbook of this run, or of the run that checked this file."""
    if file.tally is not None:
        return marked(file.reading, file.table, file.problems, places)
    before = {name: report_folder(runtime) / name for name in wanted_reports(runtime, Source.WORKBOOK)}
    return nullcontext(lambda: {name: path for name, path in before.items() if path.exists()})


def marked(
    reading: ReadOptions, table: RawTable, problems: Sequence[Problem], places: Targets
) -> AbstractContextManager[Callable[[], dict[str, Path]]]:
    """The user's own workbook with its faulty cells marked, where there is one; a long one while others are written."""
    for report in registry.of(Source.WORKBOOK):
        places.drop(report.name)
    if not problems or not table.sheet:
        return nullcontext(dict)
    work = partial(_annotated, reading.file, places, problems, table.sheet)
    return beside(work, apart=is_long(reading.file) and spare() > 0)


def _annotated(file: Path, places: Targets, problems: Sequence[Problem], sheet: str) -> dict[str, Path]:
    with suppress(FileUnusable):  # it could be read, so it is of a kind that cannot be written: xls, ods
        return {
            report.name: report.make(file, places.of(report.name), problems, sheet, places.sign)
            for report in registry.of(Source.WORKBOOK)
        }
    return {}


def only_reports(runtime: Runtime, names: Collection[str], *, every: bool) -> Runtime:
    """The same with these reports alone; without names, with all. `every`: of all campaigns together.

    Raises UsageError for a report that there is not.
    """
    known = registry.names(*(registry.OF_ALL_CAMPAIGNS if every else registry.OF_CAMPAIGN))
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"--only {unknown[0]}: there is no such report. Known: {', '.join(known)}.")
    return replace(runtime, only=frozenset(names)) if names else runtime


def wanted_reports(runtime: Runtime, *sources: Source) -> list[str]:
    """The names of those reports of a campaign that are wanted."""
    known = registry.names(*(sources or registry.OF_CAMPAIGN))
    return [name for name in known if runtime.only is None or name in runtime.only]


def report_folder(runtime: Runtime) -> Path:
    """Where the campaign's reports are."""
    return runtime.reports / runtime.settings.campaign.id


def report_targets(runtime: Runtime, names: Iterable[str], *inputs: Path, campaign_id: str = "") -> Targets:
    """Under which name each report is written, so that nothing is lost that a person typed; `inputs` are read."""
    place = runtime.reports / campaign_id if campaign_id else report_folder(runtime)
    record = runtime.state / "reports" / "written" if is_writable(runtime.state) else None
    targets = reserve(place, names, WrittenReports(record), inputs)
    return replace(targets, csv=runtime.settings.reports.csv)


def naming_reports(books: Books, places: Targets, marked: bool, names: Collection[str]) -> Books:
    """The same books, with a note on every report that has another name than usual."""
    unmarked = () if marked else registry.names(Source.WORKBOOK)
    return replace(books, notes=(*books.notes, *places.notes(name for name in names if name not in unmarked)))
