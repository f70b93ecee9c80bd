"""What does a run that was interrupted leave?  `summary.json`, for those who read that alone: how far it got, code 130."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from campaign_runner import reporting
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.finish import books_of
from campaign_runner.app.steps.report_files import report_folder, report_targets
from campaign_runner.app.views.uploads import latest_upload
from campaign_runner.model.errors import CampaignRunnerError, ExitCode, Interrupted
from campaign_runner.reporting.summary import SUMMARY


@contextmanager
def summing_up(campaign: CampaignSession) -> Iterator[None]:
    """Where the work is interrupted: the summary of what there is a plan for. The other reports stay as they are."""
    try:
        yield
    except Interrupted:
        with suppress(CampaignRunnerError, OSError), latest_upload(campaign) as file:
            runtime = campaign.runtime
            reporting.write_reports(
                books_of(campaign, file), report_folder(runtime), exit_code=ExitCode.INTERRUPTED,
                only=frozenset({SUMMARY}), targets=report_targets(runtime, (SUMMARY,)),
            )  # fmt: skip
        raise
