"""campaign-runner schedule"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded

At = Annotated[str, typer.Option("--at", help="Date, time and time zone: 2026-12-15T09:00+01:00.")]


def schedule_command(call: Call, campaign: CampaignNeeded, at: At) -> None:
    """Schedule a campaign: no order is sent before that time.

    Example: campaign-runner schedule 2026-q4-recognition --at 2026-12-15T09:00+01:00
    """
    from campaign_runner.app.schedule import schedule_campaign

    sentence = schedule_campaign(call.runtime(campaign=campaign, secret=False, reads=False), at)
    call.answer({"campaign": campaign, "scheduled": at, "told": sentence}, sentence)
