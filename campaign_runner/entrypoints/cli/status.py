"""campaign-runner status"""

from __future__ import annotations

from dataclasses import asdict

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import Campaign


def status_command(call: Call, campaign: Campaign = "") -> None:
    """List campaigns with their counts, or show one campaign in detail.

    Example: campaign-runner status
    """
    from campaign_runner.app.process.locations import ledger_place
    from campaign_runner.app.status import campaign_status

    stated = campaign_status(*ledger_place(call.state, call.config), campaign)
    call.terminal.object({"campaigns": list(map(asdict, stated))}) if call.as_json else call.terminal.campaigns(
        stated, detail=bool(campaign)
    )
