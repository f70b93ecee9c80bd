"""campaign-runner resume"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded


def resume_command(call: Call, campaign: CampaignNeeded) -> None:
    """Resume a halted campaign: the next `run` of the same file, or a worker, sends the rest.

    Example: campaign-runner resume 2026-q4-recognition
    """
    from campaign_runner.app.resume import resume_campaign

    sentence = resume_campaign(call.runtime(campaign=campaign, secret=False, reads=False))
    call.answer({"campaign": campaign, "halted": False, "told": sentence}, sentence)
