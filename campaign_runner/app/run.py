"""run: THE STORY of the main job.

A spreadsheet is read, checked and planned; the plan is written down; its batches are placed and followed; everything
is reconciled and reported. Whatever stops a run, the same call again goes on where the ledger says.
Nothing here prints: values go back to the caller, progress goes to a callback.
"""

from __future__ import annotations

from campaign_runner.app.detach import leave_to_workers
from campaign_runner.app.notify import told_afterwards
from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import open_campaign
from campaign_runner.app.steps import run_options
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.file_copy import copied
from campaign_runner.app.steps.finish import finish
from campaign_runner.app.steps.interrupted import summing_up
from campaign_runner.app.steps.place import PlacingRules, place_file
from campaign_runner.app.steps.result import Result
from campaign_runner.app.steps.safeguards import prove_places, reports_may_fail
from campaign_runner.app.steps.write_plan import write_down_plan
from campaign_runner.app.submissions import of_a_run
from campaign_runner.ledger import integrity
from campaign_runner.ledger.overlaps import Overtaken


def run_file(
    reading: ReadOptions, runtime: Runtime, *, patience: float = 600, canary: int = 0,
    max_failure_rate: float | None = None, partial_by_funds: bool = False, no_canary: bool = False,
    detach: bool = False, progress: Progress = no_progress,
) -> Result:  # fmt: skip
    """The main job. `patience` = seconds to follow the orders after the last one was placed (0 = not at all).

    `canary` = how many lines go first, alone, and must end well; `max_failure_rate` = the share of final lines that
    may fail before what is left is held back; `partial_by_funds` = send what the balance reaches. A campaign that began
    with a canary stays under it until that has ended well, or `no_canary`. `detach`: leave the sending to the workers.
    Raises RefusedBeforeSending where nothing may be sent.
    """
    prove_places(runtime)
    with (
        copied(reading) as reading,
        told_afterwards(runtime),
        open_campaign(runtime, register=True, sending=True) as campaign,
    ):
        integrity.require_whole(campaign.ledger)
        anew = False
        while True:
            first = run_options.canary(campaign, canary, no_canary=no_canary)
            file = write_down_plan(reading, campaign, progress, canary=first, partial=partial_by_funds, anew=anew)
            run_options.keep(campaign, reading, first, max_failure_rate, partial_by_funds=partial_by_funds)
            submission = of_a_run(campaign, reading, file)
            if detach:
                return leave_to_workers(campaign, file, submission, progress)
            rules = PlacingRules(patience, bool(first), standing=first != canary, max_failure_rate=max_failure_rate)
            try:
                with summing_up(campaign):
                    placed = place_file(campaign, file, rules, progress, prove_newest=not anew)
                break
            except Overtaken:  # another campaign was faster with some of these people: what is left is planned again
                anew = True
        with reports_may_fail(campaign):
            return finish(campaign, file, placed.stopped, progress, placed.waiting, leave=True, placing=True)
