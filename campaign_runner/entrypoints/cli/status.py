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
    from campaign_runner import settings
    from campaign_runner.app.status import campaign_status

    with options.at_work(as_json, quiet, verbose) as terminal:
        url = settings.ledger_url(options.config_path(config, None))
        found = campaign_status(options.state_path(state, config), url, campaign)
        terminal.object({"campaigns": found}) if as_json else terminal.campaigns(found, detail=bool(campaign))
