"""THE STORY: check, plan, run, track, retry, reports.

A spreadsheet is read, checked and planned; the plan is written down; its batches are placed and followed; everything
is reconciled and reported. Whatever stops a run, the same call again goes on where the ledger says.
Nothing here prints: values go back to the caller, progress goes to a callback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from campaign_runner import planning
from campaign_runner.closing import Read, Result, close, close_draft, close_latest
from campaign_runner.errors import TangoStopped
from campaign_runner.ledger import batches, campaigns, events, open_ledger, plans
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.opening import Opened, opened, past, rule_book
from campaign_runner.outside import World, connect
from campaign_runner.placement import Placement
from campaign_runner.preparation import Draft, Progress, Reading, fingerprint, prepare, read
from campaign_runner.workers import Workers


def quiet(stage: str, done: int, total: int | None) -> None:
    """The progress callback of a caller that does not want to know."""


def check(reading: Reading, world: World, progress: Progress = quiet) -> Result:
    """Is every row valid?  Nothing is sent or kept; what is to be corrected is reported."""
    draft = prepare(reading, world.settings, rule_book(world), today=today(world), progress=progress)
    return close_draft(draft, reading, world, progress)


def plan(reading: Reading, world: World, progress: Progress = quiet) -> Result:
    """What would be sent, and what is there already?  Nothing is sent or kept."""
    with open_ledger(world.state, world.ledger_url) as ledger:
        before = past(ledger, world)
    draft = prepare(reading, world.settings, rule_book(world), today=today(world), past=before, progress=progress)
    planning.refuse(_reasons_against(draft, world))
    return close_draft(draft, reading, world, progress)


def run(reading: Reading, world: World, *, patience: float = 600, progress: Progress = quiet) -> Result:
    """The main job. `patience` = seconds to follow the orders after the last one was placed (0 = not at all)."""
    with opened(world, register=True) as campaign:
        file = _plan_into_ledger(reading, campaign, progress)
        with _workers(campaign, progress) as workers:
            workers.advance({BatchState.PLANNED})
            workers.advance(OPEN_BATCHES if patience else (), world.clock.now().timestamp() + patience)
        return close(campaign, file, workers.stopped, progress)


def track(world: World, *, patience: float | None = None, progress: Progress = quiet) -> Result:
    """Look up what is open or unknown: once (None), or for `patience` seconds. Nothing is placed."""
    with opened(world) as campaign:
        with _workers(campaign, progress, may_send=False) as workers:
            if patience is None:
                workers.advance_once()
            else:
                workers.advance(OPEN_BATCHES - {BatchState.PLANNED}, world.clock.now().timestamp() + patience)
        return close_latest(campaign, workers.stopped, progress)


def retry(world: World, *, patience: float = 600, progress: Progress = quiet) -> Result:
    """Place the lines that failed at Tango again, as a new attempt under new references."""
    with opened(world) as campaign:
        _plan_again(campaign)
        with _workers(campaign, progress) as workers:
            workers.advance({BatchState.PLANNED})
            workers.advance(OPEN_BATCHES if patience else (), world.clock.now().timestamp() + patience)
        return close_latest(campaign, workers.stopped, progress)


def failed_lines(world: World) -> int:
    """How many lines a `retry` would place again."""
    with opened(world) as campaign, campaign.ledger.read() as connection:
        return len(plans.failed_lines(connection, campaign.number))


def reports(world: World, progress: Progress = quiet) -> Result:
    """Every report again, from the ledger alone."""
    with opened(world) as campaign:
        return close_latest(campaign, "", progress)


# ---- from the file to the ledger ---------------------------------------------------------------------------------


def _plan_into_ledger(reading: Reading, campaign: Opened, progress: Progress) -> Read:
    """Check and plan the file and write the plan down; the very same file again costs nothing and changes nothing."""
    world, ledger = campaign.world, campaign.ledger
    book = rule_book(world)
    table = read(reading, world.settings, book)
    with ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.number)
        released = plans.released(connection, campaign.number)
    said = fingerprint(world.settings, book, reading, released)
    if upload and upload.fingerprint == said and upload.sha256 == campaigns.file_sha256(reading.path):
        return Read(reading, upload, table, None)
    draft = prepare(reading, world.settings, book, today=today(world), past=past(ledger, world), progress=progress)
    planning.refuse(_reasons_against(draft, world))
    return Read(reading, _write_down(draft, reading, campaign), draft.table, draft)


def _write_down(draft: Draft, reading: Reading, campaign: Opened) -> Upload:
    """File, batches with their bytes, and rows that bring none: all in one transaction, before anything is sent."""
    at, number = campaign.world.at(), campaign.number
    how = {"sheet": reading.sheet, "hidden": reading.hidden}
    new = Upload(
        0, number, draft.sha256, draft.fingerprint, reading.path.name, draft.table.sheet, how, draft.rows, at
    )
    with campaign.ledger.write(durable=True) as connection:
        withdrawn = plans.withdraw_unsent(connection, number)
        upload = campaigns.add_upload(connection, new, reading.path)
        plans.record(connection, number, upload.id, draft.plan.batches(), len(draft.plan.new), at)
        plans.record_entries(connection, upload.id, draft.entries())
        events.append(
            connection, number, at, "file planned", sha256=draft.sha256, rows=draft.rows, withdrawn=withdrawn,
            lines=len(draft.plan.new), batches=draft.plan.batch_count, totals=draft.plan.totals(),
        )  # fmt: skip
    return upload


def _plan_again(campaign: Opened) -> int:
    """Give every failed line a new attempt, in new batches; returns how many. What is open already is not touched."""
    world = campaign.world
    with campaign.ledger.write(durable=True) as connection:
        failed = plans.failed_lines(connection, campaign.number)
        attempts = planning.attempt_again(world.settings.order, failed, world.settings.tango.batch_size)
        plans.record_attempts(connection, campaign.number, attempts, world.at())
        events.append(connection, campaign.number, world.at(), "failed lines planned again", lines=len(failed))
    return len(failed)


def _reasons_against(draft: Draft, world: World) -> list[str]:
    return planning.check_limits(draft.plan, rows=draft.rows, **world.settings.limits.model_dump())


def today(world: World) -> date:
    """The run's date, in UTC: what dates in the file are measured against."""
    return world.clock.now().date()


# ---- from the ledger to Tango ------------------------------------------------------------------------------------


class _Stoppable(Workers):
    """Workers that remember why Tango stopped them."""

    stopped: str = ""


@contextmanager
def _workers(campaign: Opened, progress: Progress, *, may_send: bool = True) -> Iterator[_Stoppable]:
    """Workers on an open connection; where Tango stops the run, the block ends early and `stopped` says why."""
    world, ledger = campaign.world, campaign.ledger
    batches.left_sending(ledger, campaign.number, world.at())
    tango = world.settings.tango
    with connect(world, ledger, campaign.number) as client:
        step = Placement(
            ledger, client, world.clock, world.settings.order, planning.rebatch, grace_seconds=tango.grace_seconds,
            max_silent=tango.max_failures_in_a_row, may_send=may_send,
        )  # fmt: skip
        workers = _Stoppable(world, ledger, campaign.number, step, lambda steps: progress("place", steps, None))
        try:
            yield workers
        except TangoStopped as stop:
            workers.stopped = str(stop)
