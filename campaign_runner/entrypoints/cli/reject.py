"""campaign-runner reject"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.approve import Hash, Name, Whose
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose

Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Reason; shown to the person who runs the plan.")
]


def reject_command(
    campaign: Whose, plan: Hash = "", name: Name = "", reason: Reason = "", config: Config = None,
    state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Reject a plan, with a reason. `run` then refuses it. Sends nothing.

    Example: campaign-runner reject 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com --reason "twice"
    """
    from campaign_runner.app.approve import reject_plan

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False, reads=False)
        rejected = reject_plan(runtime, plan, name, reason)
        terminal.object({"rejected": rejected.sentence, **asdict(rejected)}) if as_json else terminal.say(
            rejected.sentence, "`run` now refuses this plan."
        )
