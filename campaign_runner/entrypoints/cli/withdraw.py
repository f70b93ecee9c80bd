"""campaign-runner withdraw"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded, Reason


def withdraw_command(call: Call, campaign: CampaignNeeded, reason: Reason = "") -> None:
    """Withdraw orders that were planned but not sent: their rows are cancelled. Orders that were sent are still followed.

    Example: campaign-runner withdraw 2026-q4-recognition --reason "the budget was cut"
    """
    from campaign_runner.app.withdraw import withdraw_campaign

    runtime = call.runtime(campaign=campaign, secret=False, reads=False)
    made, sentence = withdraw_campaign(runtime, reason)
    call.answer(
        {"campaign": campaign, "withdrawn": made.lines, "attempts": made.attempts, "told": sentence}, sentence
    )
