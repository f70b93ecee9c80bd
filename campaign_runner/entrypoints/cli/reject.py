"""campaign-runner reject"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.approve import Hash, Name
from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded

Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Reason; shown to the person who runs the plan.")
]


def reject_command(
    call: Call, campaign: CampaignNeeded, plan: Hash = "", name: Name = "", reason: Reason = ""
) -> None:
    """Reject a plan, with a reason. `run` then refuses it. Sends nothing.

    Example: campaign-runner reject 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com --reason "twice"
    """
    from campaign_runner.app.approve import reject_plan

    runtime = call.runtime(campaign=campaign, secret=False, reads=False)
    rejected = reject_plan(runtime, plan, name, reason)
    call.answer(
        {"rejected": rejected.sentence, **asdict(rejected)}, rejected.sentence, "`run` now refuses this plan."
    )
