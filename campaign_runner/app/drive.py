"""How is a campaign sent and followed by any worker that is free?  One slice at a time, under its claim, until it is final.

What is sent, on whose word and under which options stands in the ledger: anyone who takes over keeps to it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from campaign_runner.app.jobs import PASSING
from campaign_runner.app.process.progress import no_progress
from campaign_runner.app.session import CampaignSession, open_campaign
from campaign_runner.app.steps import run_options
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.driver import Turn
from campaign_runner.app.steps.finish import finish, finish_latest
from campaign_runner.app.steps.place import Placed, PlacingRules, place_file
from campaign_runner.app.steps.write_plan import write_down_plan
from campaign_runner.app.submissions import restored
from campaign_runner.app.views.uploads import LoadedUpload
from campaign_runner.app.workspace import NOTHING, Asked, Workspace
from campaign_runner.ledger import batches, integrity, jobs, stored_reports, submissions
from campaign_runner.ledger.actors import this_account
from campaign_runner.ledger.overlaps import Overtaken
from campaign_runner.ledger.sendings import Sending, is_still_wanted, refuse_sending, sending
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.model.lifecycle import OPEN_BATCHES

# How long one campaign is driven (seconds), and how long if other work waits: what a dead worker left, or a new file.
LONGEST_TURN, SHORTEST_TURN = 20.0, 3.0
# Tango stopped the campaign: somebody may have to act first.
STOPPED = 300.0
# What waits for a person, or for money, is looked at every hour.
LONGEST = 3600.0


def drive_campaign(workspace: Workspace, key: str) -> float | None:
    """One slice of a campaign: plan it if need be, place, follow; returns when to come again, None = nothing is left."""
    with workspace.ledger().read() as connection:
        wish = sending(connection, int(key))
    if wish is None or wish.refused:
        return None
    try:
        return _driven(workspace, int(key), wish)
    except PASSING:
        raise
    except CampaignRunnerError as error:  # nothing more is sent; the wish says why, until somebody wants it again
        with workspace.ledger(wish.actor).write("refuse to send") as connection:
            refuse_sending(connection, int(key), str(error))
        return None


def write_reports(workspace: Workspace, key: str) -> float | None:
    """Reconcile a campaign and keep its reports in the ledger."""
    with _opened(workspace, int(key), None) as campaign:
        result = finish_latest(campaign, "", no_progress)
        _keep(workspace, campaign, result.reports)
    return None


def _driven(workspace: Workspace, key: int, wish: Sending) -> float | None:
    with workspace.ledger().read() as connection:
        submission = submissions.get(connection, wish.submission)
    accept = tuple(wish.options.get("accept") or ())
    asked = Asked(submission.options.get("columns") or {}, accept, submission.options.get("defaults") or {})
    folder = str(wish.options.get("reports") or "")
    with restored(workspace, submission) as reading, _opened(workspace, key, wish.actor, folder, asked) as campaign:
        integrity.require_whole(campaign.ledger)
        placed, file = _placed(reading, campaign, wish, submission)
        again = _come_again(campaign, placed)
        if again is None or placed.stopped or placed.waiting:
            result = finish(campaign, file, placed.stopped, no_progress, placed.waiting, placing=True)
            _keep(workspace, campaign, result.reports)
        return again


def _placed(
    reading: ReadOptions, campaign: CampaignSession, wish: Sending, submission: Submission
) -> tuple[Placed, LoadedUpload]:
    """The plan written down, if it is not yet, and a slice of its orders placed and followed."""
    options, anew = wish.options, False
    rate = options.get("max_failure_rate")
    while True:
        first = run_options.canary(
            campaign, int(options.get("canary") or 0), no_canary=bool(options.get("no_canary"))
        )
        file = write_down_plan(reading, campaign, no_progress, canary=first, anew=anew, wanted=wish.plan,
                               partial=bool(options.get("partial_by_funds")))  # fmt: skip
        if submission.upload != file.upload.id:
            with campaign.ledger.write("a submission became an upload") as connection:
                if is_still_wanted(
                    connection, campaign.key, wish.plan
                ):  # else it was called off, and is checked anew
                    submissions.became(connection, submission.id, file.upload.id)
        turn = Turn(LONGEST_TURN, SHORTEST_TURN, partial(_others_wait, campaign))
        rules = PlacingRules(LONGEST_TURN, bool(first), standing=True, max_failure_rate=rate, turn=turn)
        try:
            return place_file(campaign, file, rules, no_progress, prove_newest=not anew), file
        except Overtaken:
            anew = True


def _come_again(campaign: CampaignSession, placed: Placed) -> float | None:
    """Seconds until something is due; None where all is final, or only a person can go on."""
    if placed.stopped:
        return STOPPED
    moment = campaign.runtime.clock.now().timestamp()
    due = batches.next_due(campaign.ledger, campaign.key, OPEN_BATCHES, "all", now=moment)
    return None if due is None else min(max(0.0, due - moment), LONGEST)


def _others_wait(campaign: CampaignSession) -> bool:
    with campaign.ledger.read() as connection:
        return jobs.is_any_due(connection)


@contextmanager
def _opened(
    workspace: Workspace, key: int, actor: Actor | None, reports: str = "", asked: Asked = NOTHING
) -> Iterator[CampaignSession]:
    """The campaign; its reports go into the folder that was asked for, where this machine has it."""
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        place = reports if reports and Path(reports).is_dir() else folder
        runtime = workspace.runtime(key, actor or this_account(), Path(place), asked)
        with open_campaign(runtime, sending=actor is not None) as campaign:
            yield campaign


def _keep(workspace: Workspace, campaign: CampaignSession, reports: Mapping[str, Path]) -> None:
    with campaign.ledger.write("keep reports") as connection:
        stored_reports.store(connection, campaign.key, reports, workspace.at())
