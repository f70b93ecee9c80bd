"""How is a run closed?  Its rows and money are reconciled, its reports written, its exit code decided."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_runner import reconciliation, reporting
from campaign_runner.errors import ExitCode, FileUnusable, UsageError
from campaign_runner.ledger import campaigns
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.model import Books, Problem, RawTable
from campaign_runner.opening import Opened, rule_book
from campaign_runner.outside import World
from campaign_runner.preparation import Draft, Progress, Reading, read
from campaign_runner.reporting import ProblemTally
from campaign_runner.reporting.annotated import write_annotated

CHECK_REPORTS = frozenset({"failures.csv", "failures.xlsx", "summary.json"})
ANNOTATED = "annotated.xlsx"


@dataclass(frozen=True)
class Result:
    """What a command came to. `tally` is None where nothing was checked anew."""

    books: Books
    reports: Mapping[str, Path]
    exit_code: ExitCode
    tally: ProblemTally | None = None


@dataclass(frozen=True)
class Read:
    """A file as a run has read it; `draft` is None where the ledger had planned this very file before."""

    reading: Reading
    upload: Upload
    table: RawTable
    draft: Draft | None


def close(campaign: Opened, file: Read, stopped: str, progress: Progress) -> Result:
    """The books and reports of a file that was run."""
    world = campaign.world
    books = reconciliation.reconcile(
        campaign.ledger, campaign.number, file.upload, file.table, order=world.settings.order,
        environment=world.settings.tango.environment, stopped=stopped,
    )  # fmt: skip
    tally = file.draft.tally if file.draft else None
    also = _annotated(file.reading, file.table, file.draft.problems, world) if file.draft else {}
    code = reconciliation.exit_code(books)
    written = reporting.write_reports(
        books, _folder(world), exit_code=code, problems=tally, progress=progress, also=also, only=world.only
    )  # fmt: skip
    return Result(books, written, code, tally)


def close_latest(campaign: Opened, stopped: str, progress: Progress) -> Result:
    """The books and reports of the newest file, from the ledger's own copy of it."""
    world = campaign.world
    with campaign.ledger.read() as connection, tempfile.TemporaryDirectory() as folder:
        upload = campaigns.latest_upload(connection, campaign.number)
        if upload is None:
            raise UsageError("No file of this campaign was ever planned. Run it first: campaign-runner run FILE")
        copy = Path(folder) / Path(upload.name).name
        campaigns.restore_upload(connection, upload, copy)
        reading = Reading(copy, upload.reading["sheet"], upload.reading["hidden"])
        table = read(reading, world.settings, rule_book(world))
        return close(campaign, Read(reading, upload, table, None), stopped, progress)


def close_draft(draft: Draft, reading: Reading, world: World, progress: Progress) -> Result:
    """What would be in the books, and the reports of what is to be corrected; nothing was sent or kept."""
    books = reconciliation.foresee(
        draft.table, draft.counts(), draft.between, draft.rows, draft.plan.batch_count, order=world.settings.order,
        environment=world.settings.tango.environment,
    )  # fmt: skip
    code = reconciliation.checked_exit_code(books)
    written = reporting.write_reports(
        books, _folder(world), exit_code=code, problems=draft.tally, only=CHECK_REPORTS, progress=progress,
        also=_annotated(reading, draft.table, draft.problems, world),
    )  # fmt: skip
    return Result(books, written, code, draft.tally)


def _annotated(reading: Reading, table: RawTable, problems: list[Problem], world: World) -> dict[str, Path]:
    """The user's own workbook with its faulty cells marked, where there is one."""
    target = _folder(world) / ANNOTATED
    target.unlink(missing_ok=True)
    if not problems or not table.sheet:
        return {}
    try:
        return {ANNOTATED: write_annotated(reading.path, target, problems, table.sheet)}
    except FileUnusable:  # it could be read, so it is of a kind that cannot be written: xls, ods
        return {}


def _folder(world: World) -> Path:
    return world.reports / world.settings.campaign.id
