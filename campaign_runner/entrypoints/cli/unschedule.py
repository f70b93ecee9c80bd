"""campaign-runner unschedule"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded


def unschedule_command(call: Call, campaign: CampaignNeeded) -> None:
    """Cancel a scheduled sending: what was planned is taken back, an approval stays.

    Example: campaign-runner unschedule 2026-q4-recognition
    """
    from campaign_runner.app.unschedule import unschedule_campaign

    sentence = unschedule_campaign(call.runtime(campaign=campaign, secret=False, reads=False))
    call.answer({"campaign": campaign, "scheduled": None, "told": sentence}, sentence)
