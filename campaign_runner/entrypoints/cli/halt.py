"""campaign-runner halt"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.entrypoints.cli.release import CampaignNeeded, Reason


def halt_command(
    campaign: CampaignNeeded, reason: Reason = "", config: Config = None, state: State = STATE, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Halt a campaign: no new order is sent until `resume`. What was sent is still followed.

    Example: campaign-runner halt 2026-q4-recognition --reason "wrong amounts in row 14"
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        from campaign_runner.app.halt import halt_campaign

        told = halt_campaign(
            options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False, reads=False), reason
        )
        terminal.object({"campaign": campaign, "halted": True, "told": told}) if as_json else terminal.say(told)
