"""THE STORY: check, plan, run, track, reports.

A spreadsheet is read, checked and planned; the plan is written down; its batches are placed and followed; everything
is reconciled and reported. Whatever stops a run, the same call again goes on where the ledger says.
Nothing here prints: values go back to the caller, progress goes to a callback.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from campaign_runner import planning, reconciliation, reporting, validation
from campaign_runner.errors import ExitCode, TangoStopped, UsageError
from campaign_runner.ledger import Ledger, batches, campaigns, events, open_ledger, plans
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.model import Books, RawTable, RuleBook
from campaign_runner.outside import World, connect
from campaign_runner.placement import Placement
from campaign_runner.preparation import Draft, Past, Progress, Reading, fingerprint, prepare, read
from campaign_runner.reporting import ProblemTally
from campaign_runner.workers import Workers

CHECK_REPORTS = frozenset({"failures.csv", "failures.xlsx", "summary.json"})


@dataclass(frozen=True)
class Result:
    """What a command came to. `tally` is None where nothing was checked anew."""

    books: Books
    reports: Mapping[str, Path]
    exit_code: ExitCode
    tally: ProblemTally | None = None


def quiet(stage: str, done: int, total: int | None) -> None:
    """The progress callback of a caller that does not want to know."""


def check(reading: Reading, world: World, progress: Progress = quiet) -> Result:
    """Is every row valid?  Nothing is sent or kept; the failures are reported."""
    draft = prepare(reading, world.settings, _book(world), today=_today(world), progress=progress)
    return _report_draft(draft, reading, world, progress)


def plan(reading: Reading, world: World, progress: Progress = quiet) -> Result:
    """What would be sent, and what is there already?  Nothing is sent or kept."""
    with open_ledger(world.state, world.ledger_url) as ledger:
        past = _past(ledger, world)
    draft = prepare(reading, world.settings, _book(world), today=_today(world), past=past, progress=progress)
    planning.refuse(_reasons_against(draft, world))
    return _report_draft(draft, reading, world, progress)


def run(reading: Reading, world: World, *, patience: float = 600, progress: Progress = quiet) -> Result:
    """The main job. `patience` = seconds to follow the orders after the last one was placed (0 = not at all)."""
    with _campaign(world, register=True) as (ledger, campaign):
        upload, table, tally = _plan_into_ledger(reading, world, ledger, campaign, progress)
        with _workers(world, ledger, campaign, progress) as workers:
            workers.advance({BatchState.PLANNED})
            workers.advance(OPEN_BATCHES if patience else (), world.clock.now().timestamp() + patience)
        return _close(world, ledger, campaign, upload, table, tally, workers.stopped, progress, reading)


def track(world: World, *, patience: float | None = None, progress: Progress = quiet) -> Result:
    """Look up what is open or unknown: once (None), or for `patience` seconds. Nothing new is placed."""
    with _campaign(world) as (ledger, campaign):
        with _workers(world, ledger, campaign, progress, may_send=False) as workers:
            if patience is None:
                workers.advance_once()
            else:
                workers.advance(OPEN_BATCHES - {BatchState.PLANNED}, world.clock.now().timestamp() + patience)
        return _close_latest(world, ledger, campaign, workers.stopped, progress)


def reports(world: World, progress: Progress = quiet) -> Result:
    """Every report again, from the ledger alone."""
    with _campaign(world) as (ledger, campaign):
        return _close_latest(world, ledger, campaign, "", progress)


def status(world_state: Path, url: str = "", campaign: str = "") -> list[dict[str, Any]]:
    """Every campaign of a ledger (or one) with its line items by status, their money and its events."""
    with open_ledger(world_state, url) as ledger, ledger.read() as connection:
        found = [row for row in campaigns.listing(connection) if campaign in ("", row["campaign_id"])]
        if campaign and not found:
            raise UsageError(f'There is no campaign "{campaign}" in this ledger. Check the name and --state.')
        return [reconciliation.standing(connection, row) for row in found]


# ---- from the file to the ledger ---------------------------------------------------------------------------------


def _plan_into_ledger(
    reading: Reading, world: World, ledger: Ledger, campaign: int, progress: Progress
) -> tuple[Upload, RawTable, ProblemTally | None]:
    """Check and plan the file and write the plan down; the very same file again costs nothing and changes nothing."""
    book = _book(world)
    table = read(reading, world.settings, book)
    with ledger.read() as connection:
        upload, released = campaigns.latest_upload(connection, campaign), plans.released(connection, campaign)
    said = fingerprint(world.settings, book, reading, released)
    if upload and upload.fingerprint == said and upload.sha256 == campaigns.file_sha256(reading.path):
        return upload, table, None
    past = _past(ledger, world)
    draft = prepare(reading, world.settings, book, today=_today(world), past=past, progress=progress)
    planning.refuse(_reasons_against(draft, world))
    return _record(draft, reading, ledger, campaign, world.at()), draft.table, draft.tally


def _record(draft: Draft, reading: Reading, ledger: Ledger, campaign: int, at: str) -> Upload:
    """File, batches with their bytes, and rows that bring none: all in one transaction, before anything is sent."""
    how = {"sheet": reading.sheet, "hidden": reading.hidden}
    new = Upload(
        0, campaign, draft.sha256, draft.fingerprint, reading.path.name, draft.table.sheet, how, draft.rows, at
    )
    with ledger.write(durable=True) as connection:
        withdrawn = plans.withdraw_unsent(connection, campaign)
        upload = campaigns.add_upload(connection, new, reading.path)
        plans.record(connection, campaign, upload.id, draft.plan.batches(), len(draft.plan.new), at)
        plans.record_entries(connection, upload.id, draft.entries())
        events.append(
            connection, campaign, at, "file planned", sha256=draft.sha256, rows=draft.rows, withdrawn=withdrawn,
            lines=len(draft.plan.new), batches=draft.plan.batch_count, totals=draft.plan.totals(),
        )  # fmt: skip
    return upload


def _reasons_against(draft: Draft, world: World) -> list[str]:
    return planning.check_limits(draft.plan, rows=draft.rows, **world.settings.limits.model_dump())


# ---- from the ledger to Tango ------------------------------------------------------------------------------------


class _Stopped(Workers):
    """Workers that remember why Tango stopped them."""

    stopped: str = ""


@contextmanager
def _workers(
    world: World, ledger: Ledger, campaign: int, progress: Progress, *, may_send: bool = True
) -> Iterator[_Stopped]:
    """Workers on an open connection; where Tango stops the run, the block ends early and `stopped` says why."""
    batches.left_sending(ledger, campaign, world.at())
    tango = world.settings.tango
    with connect(world, ledger, campaign) as client:
        step = Placement(
            ledger, client, world.clock, world.settings.order, planning.rebatch, grace_seconds=tango.grace_seconds,
            max_silent=tango.max_failures_in_a_row, may_send=may_send,
        )  # fmt: skip
        workers = _Stopped(world, ledger, campaign, step, lambda steps: progress("place", steps, None))
        try:
            yield workers
        except TangoStopped as stop:
            workers.stopped = str(stop)


# ---- from the ledger to the reports ------------------------------------------------------------------------------


def _close(
    world: World, ledger: Ledger, campaign: int, upload: Upload, table: RawTable, tally: ProblemTally | None,
    stopped: str, progress: Progress, reading: Reading | None = None,
) -> Result:  # fmt: skip
    settings = world.settings
    books = reconciliation.reconcile(
        ledger, campaign, upload, table, order=settings.order, environment=settings.tango.environment, stopped=stopped
    )
    code = reconciliation.exit_code(books)
    written = reporting.write_reports(books, _folder(world), exit_code=code, problems=tally, progress=progress)
    return Result(books, written, code, tally)


def _close_latest(world: World, ledger: Ledger, campaign: int, stopped: str, progress: Progress) -> Result:
    """Reconcile the newest upload, from the ledger's own copy of it."""
    with ledger.read() as connection, tempfile.TemporaryDirectory() as folder:
        upload = campaigns.latest_upload(connection, campaign)
        if upload is None:
            raise UsageError("No file of this campaign was ever planned. Run it first: campaign-runner run FILE")
        copy = Path(folder) / Path(upload.name).name
        campaigns.restore_upload(connection, upload, copy)
        table = read(Reading(copy, upload.reading["sheet"], upload.reading["hidden"]), world.settings, _book(world))
        return _close(world, ledger, campaign, upload, table, None, stopped, progress)


def _report_draft(draft: Draft, reading: Reading, world: World, progress: Progress) -> Result:
    books = reconciliation.foresee(
        draft.table, draft.counts(), draft.between, draft.rows, draft.plan.batch_count, order=world.settings.order,
        environment=world.settings.tango.environment,
    )  # fmt: skip
    code = reconciliation.checked_exit_code(books)
    written = reporting.write_reports(
        books, _folder(world), exit_code=code, problems=draft.tally, only=CHECK_REPORTS, progress=progress
    )
    return Result(books, written, code, draft.tally)


# ---- the world of a campaign -------------------------------------------------------------------------------------


@contextmanager
def _campaign(world: World, *, register: bool = False) -> Iterator[tuple[Ledger, int]]:
    """The ledger, and the campaign in it, held against any other run."""
    environment, order = world.settings.tango.environment, world.settings.order
    with open_ledger(world.state, world.ledger_url) as ledger, ledger.hold(f"{environment}-{order.campaign_id}"):
        if register:
            with ledger.write() as connection:
                number = campaigns.register(connection, environment, order, world.at())
        else:
            with ledger.read() as connection:
                number = campaigns.find(connection, environment, order.campaign_id)
        yield ledger, number


def _past(ledger: Ledger, world: World) -> Past:
    """What the ledger knows of this campaign, and of people who were sent something lately."""
    environment, window = world.settings.tango.environment, world.settings.identity.duplicate_window_days
    since = (world.clock.now() - timedelta(days=window)).isoformat() if window else "9999"
    with ledger.read() as connection:
        try:
            number = campaigns.find(connection, environment, world.settings.campaign.id)
        except UsageError:
            number = 0
        return Past(
            plans.known_lines(connection, number), plans.released(connection, number),
            plans.rewarded(connection, number, environment, since), plans.secret(connection),
        )  # fmt: skip


def _book(world: World) -> RuleBook:
    return validation.load_book(world.schemas)


def _today(world: World) -> date:
    return world.clock.now().date()


def _folder(world: World) -> Path:
    return world.reports / world.settings.campaign.id
