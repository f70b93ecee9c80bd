"""campaign-runner approve"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded

Hash = Annotated[
    str, typer.Option("--plan", metavar="HASH", help="Hash of the plan, or at least its first 8 characters.")
]

Name = Annotated[str, typer.Option("--as", metavar="NAME", help="Your name; recorded in the ledger.")]


def approve_command(call: Call, campaign: CampaignNeeded, plan: Hash = "", name: Name = "") -> None:
    """Approve a plan, so that `run` may send it. A changed plan needs a new approval. Sends nothing.

    Example: campaign-runner approve 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com
    """
    from campaign_runner.app.approve import approve_plan

    runtime = call.runtime(campaign=campaign, secret=False, reads=False)
    approved = approve_plan(runtime, plan, name)
    call.answer(
        {"approved": approved.sentence, **asdict(approved)}, approved.sentence, "The submitter can now run the file."
    )
