"""campaign-runner status"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Campaign, Config, Json, Quiet, State, Verbose


def status_command(
    campaign: Campaign = "", config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Campaigns with their counts, or one campaign in detail.

    Example: campaign-runner status
    """
    from campaign_runner.app.locations import ledger_place
    from campaign_runner.app.status import campaign_status

    with options.at_work(as_json, quiet, verbose) as terminal:
        found = campaign_status(*ledger_place(state, config), campaign)
        terminal.object({"campaigns": found}) if as_json else terminal.campaigns(found, detail=bool(campaign))
