"""run --detach: the plan is written down, and the workers of this ledger send and follow it under the same options."""

from __future__ import annotations

from campaign_runner.app.process.progress import Progress
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.finish import finish
from campaign_runner.app.steps.result import Result
from campaign_runner.app.steps.safeguards import reports_may_fail
from campaign_runner.app.views.uploads import LoadedUpload
from campaign_runner.ledger import campaigns, jobs
from campaign_runner.ledger.sendings import Sending, want_sent
from campaign_runner.ledger.submissions import Submission

WAITING = "The workers of this ledger send it: see campaign-runner status {campaign}."


def leave_to_workers(
    campaign: CampaignSession, file: LoadedUpload, submission: Submission, progress: Progress
) -> Result:
    """Write down that a worker is to send this plan; returns the books as they are now, with exit code 5."""
    runtime = campaign.runtime
    with campaign.ledger.write("leave a campaign to the workers", durable=True) as connection:
        asked, canary = campaigns.asked(connection, campaign.key), campaigns.canary(connection, campaign.key)
        options = {"reports": str(runtime.reports.absolute()), **_options(asked, canary)}
        wish = Sending(submission.id, file.upload.plan, runtime.actor, runtime.at(), options)
        want_sent(connection, campaign.key, wish)
        jobs.want(connection, jobs.DRIVE, campaign.key, runtime.at())
    waiting = WAITING.format(campaign=runtime.settings.campaign.id)
    with reports_may_fail(campaign):
        return finish(campaign, file, "", progress, waiting, leave=True)


def _options(asked: dict[str, str], canary: int) -> dict[str, object]:
    """What the run was asked for, in the words of a sending."""
    rate = asked.get("--max-failure-rate", "").rstrip("%")
    return {"canary": canary, "max_failure_rate": float(rate) / 100 if rate else None,
            "partial_by_funds": "--partial-by-funds" in asked}  # fmt: skip
