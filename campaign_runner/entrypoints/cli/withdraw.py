"""campaign-runner withdraw"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.entrypoints.cli.release import CampaignNeeded, Reason


def withdraw_command(
    campaign: CampaignNeeded, reason: Reason = "", config: Config = None, state: State = STATE, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Withdraw what was planned and never sent: its rows are cancelled. What was sent is still followed.

    Example: campaign-runner withdraw 2026-q4-recognition --reason "the budget was cut"
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        from campaign_runner.app.withdraw import withdraw_campaign

        runtime = options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False, reads=False)
        made, told = withdraw_campaign(runtime, reason)
        if as_json:
            terminal.object({"campaign": campaign, "withdrawn": made.lines, "attempts": made.attempts, "told": told})
        else:
            terminal.say(told)
