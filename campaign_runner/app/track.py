"""track: what became of what is open or unknown?  Tango is asked; nothing is placed."""

from __future__ import annotations

from campaign_runner.app.notify import told_afterwards
from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import open_campaign
from campaign_runner.app.steps.driver import driving
from campaign_runner.app.steps.finish import finish_latest
from campaign_runner.app.steps.interrupted import summing_up
from campaign_runner.app.steps.result import Result
from campaign_runner.app.steps.safeguards import ledger_may_go, reports_may_fail
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState


def track_campaign(runtime: Runtime, *, patience: float | None = None, progress: Progress = no_progress) -> Result:
    """Look up what is open or unknown: once (None), or for `patience` seconds. Nothing is placed."""
    with told_afterwards(runtime), open_campaign(runtime) as campaign:
        with (
            summing_up(campaign),
            ledger_may_go(),
            driving(campaign.runtime, campaign.ledger, campaign.key, progress, may_send=False) as driver,
        ):
            if patience is None:
                driver.advance_once()
            else:
                driver.advance(OPEN_BATCHES - {BatchState.PLANNED}, driver.deadline(patience))
                driver.look_back()
        with reports_may_fail(campaign):
            return finish_latest(campaign, driver.stopped, progress)
