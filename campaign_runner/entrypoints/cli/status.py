"""campaign-runner status"""

from __future__ import annotations

from dataclasses import asdict

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Campaign, Config, Json, Quiet, State, Verbose


def status_command(
    campaign: Campaign = "", config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """List campaigns with their counts, or show one campaign in detail.

    Example: campaign-runner status
    """
    from campaign_runner.app.locations import ledger_place
    from campaign_runner.app.status import campaign_status

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        stated = campaign_status(*ledger_place(state, config), campaign)
        terminal.object({"campaigns": list(map(asdict, stated))}) if as_json else terminal.campaigns(
            stated, detail=bool(campaign)
        )
