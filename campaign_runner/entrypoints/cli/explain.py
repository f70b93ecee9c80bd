"""campaign-runner explain"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded

What = Annotated[
    str, typer.Argument(metavar="ROW|REFERENCE", help="Row number, e-mail address, name or key, or a reference.")
]


def explain_command(call: Call, campaign: CampaignNeeded, what: What) -> None:
    """Show the history of one row: its cells, references, every request and every change of status.

    Example: campaign-runner explain 2026-q4-recognition 14
    """
    from campaign_runner.app.explain import explain_row

    runtime = call.runtime(campaign=campaign, secret=False)
    life = explain_row(runtime, what)
    call.terminal.object(asdict(life)) if call.as_json else call.terminal.life(life)
