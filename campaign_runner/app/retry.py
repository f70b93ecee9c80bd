"""retry: lines that Tango reported as failed are placed again, as a new attempt under new references."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from campaign_runner import planning
from campaign_runner.app.halt import paused
from campaign_runner.app.jobs import PASSING
from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, open_campaign, watch
from campaign_runner.app.steps import confirm, confirmed_failures
from campaign_runner.app.steps.driver import driving
from campaign_runner.app.steps.finish import finish_latest
from campaign_runner.app.steps.funds import payable_again
from campaign_runner.app.steps.interrupted import summing_up
from campaign_runner.app.steps.result import Result
from campaign_runner.app.steps.safeguards import ledger_may_go, prove_places, reports_may_fail
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import events, integrity, jobs, plans, stored_reports
from campaign_runner.ledger.actors import this_account
from campaign_runner.ledger.failed_lines import failed as failed_before
from campaign_runner.ledger.sendings import sending
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.reconciliation.doubts import RELEASE_FIRST

# This many rows are named in a sentence.
NAMED = 10


def retry_failed(runtime: Runtime, *, patience: float = 600, progress: Progress = no_progress) -> Result:
    """Place the lines that failed at Tango again, as a new attempt under new references.

    Tango is asked for them once more before: only what it says failed twice, some time apart, is placed again; for a
    second word that is too young, `patience` is waited. Raises RefusedBeforeSending where the account cannot pay.
    """
    prove_places(runtime)
    with open_campaign(runtime, sending=True) as campaign:
        integrity.require_whole(campaign.ledger)
        waiting = ""
        with (
            summing_up(campaign),
            ledger_may_go(),
            driving(campaign.runtime, campaign.ledger, campaign.key, progress) as driver,
        ):
            driver.prove_newest(anyway=True)
            waiting = confirmed_failures.confirmed(driver, patience)
            waiting = " ".join(filter(None, (waiting, _plan_again(campaign))))
            driver.advance({BatchState.PLANNED}, which="again")
            driver.advance(OPEN_BATCHES - {BatchState.PLANNED} if patience else (), driver.deadline(patience))
            driver.look_back()
        with reports_may_fail(campaign):
            waiting = " ".join(filter(None, (paused(campaign), waiting)))
            return finish_latest(campaign, driver.stopped, progress, waiting)


def failed_lines(runtime: Runtime) -> int:
    """How many lines a `retry` would place again."""
    with open_campaign(runtime) as campaign, campaign.ledger.read() as connection:
        return len(plans.failed_lines(connection, campaign.key, confirmed=False))


def _plan_again(campaign: CampaignSession) -> str:
    """Give every failed line a new attempt, in new batches; what is open already is not touched. Returns what is to be
    told: whose lines are left, for another campaign sent them the same since."""
    runtime = campaign.runtime
    with campaign.ledger.read() as connection:
        lines = [failed.line for failed in plans.failed_lines(connection, campaign.key)]
        history = _history(failed_before(connection, campaign.key))
    payable_again(runtime, campaign.ledger, campaign.key, lines)
    if not lines:
        return history
    confirm.about_lines(runtime, lines)
    with campaign.ledger.write("plan failed lines again", durable=True) as connection:
        failed = plans.failed_lines(connection, campaign.key)
        looks = watch(runtime, campaign.key)
        left = looks.failed(connection, [one.line_id for one in failed]) if looks else {}
        failed = [one for one in failed if one.line_id not in left]
        attempts = planning.attempt_again(runtime.settings.order, failed, runtime.settings.tango.batch_size)
        plans.record_attempts(connection, campaign.key, attempts, runtime.at())
        events.append(connection, campaign.key, runtime.at(), "failed lines planned again", lines=len(failed))
    sentences = [f"Row {one.row} was not placed again. {one.sentence}" for one in list(left.values())[:NAMED]]
    return " ".join(filter(None, [*sentences, RELEASE_FIRST if sentences else "", history]))


def _history(references: Sequence[str]) -> str:
    """What is told of failed lines in whose place something else was sent since."""
    if not references:
        return ""
    lines = "1 failed line is" if len(references) == 1 else f"{len(references):,} failed lines are"
    named = ", ".join(references[:NAMED]) + (" and others" if len(references) > NAMED else "")
    return (
        f"{lines} not retried, because the file was corrected since and another row was sent instead: {named}. To send "
        "such a line as well, put its row back into the file as it was, run the file, and retry."
    )


WANTED = "retry wanted"


def retry_campaign(workspace: Workspace, key: str) -> float | None:
    """Place what failed again, as a new attempt; a refusal stands in the log."""
    number = int(key)
    with workspace.ledger().read() as connection:
        wish = sending(connection, number)
    actor = wish.actor if wish else this_account()
    ledger = workspace.ledger(actor)
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        try:
            result = retry_failed(workspace.runtime(number, actor, Path(folder)), patience=0)
        except PASSING:
            raise
        except CampaignRunnerError as error:
            with ledger.write("refuse to retry") as connection:
                events.append(connection, number, workspace.at(), "retry refused", why=str(error))
            return None
        with ledger.write("keep reports") as connection:
            stored_reports.store(connection, number, result.reports, workspace.at())
            if wish:
                jobs.want(connection, jobs.DRIVE, number, workspace.at())
    return None
