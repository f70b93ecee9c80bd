"""campaign-runner halt"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded, Reason


def halt_command(call: Call, campaign: CampaignNeeded, reason: Reason = "") -> None:
    """Halt a campaign: no new order is sent until `resume`. Orders that were sent are still followed.

    Example: campaign-runner halt 2026-q4-recognition --reason "wrong amounts in row 14"
    """
    from campaign_runner.app.halt import halt_campaign

    sentence = halt_campaign(call.runtime(campaign=campaign, secret=False, reads=False), reason)
    call.answer({"campaign": campaign, "halted": True, "told": sentence}, sentence)
