"""reports: every report again, from the ledger alone."""

from __future__ import annotations

from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import open_campaign
from campaign_runner.app.steps.finish import finish_latest
from campaign_runner.app.steps.result import Result


def report_campaign(runtime: Runtime, progress: Progress = no_progress) -> Result:
    """Every report again, from the ledger alone."""
    with open_campaign(runtime, looking=True) as campaign:
        return finish_latest(campaign, "", progress)
