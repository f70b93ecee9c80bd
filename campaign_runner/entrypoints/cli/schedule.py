"""campaign-runner schedule"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.entrypoints.cli.release import CampaignNeeded

At = Annotated[str, typer.Option("--at", help="Date, time and time zone: 2026-12-15T09:00+01:00.")]


def schedule_command(
    campaign: CampaignNeeded, at: At, config: Config = None, state: State = STATE, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Schedule a campaign: the first order is sent at that time, not before.

    Example: campaign-runner schedule 2026-q4-recognition --at 2026-12-15T09:00+01:00
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        from campaign_runner.app.schedule import schedule_campaign

        told = schedule_campaign(
            options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False, reads=False), at
        )
        terminal.object({"campaign": campaign, "scheduled": at, "told": told}) if as_json else terminal.say(told)
