"""campaign-runner resume"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.entrypoints.cli.release import CampaignNeeded


def resume_command(
    campaign: CampaignNeeded, config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Resume a halted campaign: the next `run` of the same file, or a worker, sends the rest.

    Example: campaign-runner resume 2026-q4-recognition
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        from campaign_runner.app.resume import resume_campaign

        told = resume_campaign(
            options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False, reads=False)
        )
        terminal.object({"campaign": campaign, "halted": False, "told": told}) if as_json else terminal.say(told)
