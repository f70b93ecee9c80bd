"""campaign-runner approve"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose

Whose = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id.")]


Hash = Annotated[str, typer.Option("--plan", metavar="HASH", help="The plan: its hash, or the first 8 characters.")]


Name = Annotated[str, typer.Option("--as", metavar="NAME", help="Who says so; kept in the ledger.")]


def approve_command(
    campaign: Whose, plan: Hash = "", name: Name = "", config: Config = None, state: State = STATE,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Say yes to a plan: `run` may send it, as long as nothing in it changes. Sends nothing.

    Example: campaign-runner approve 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com
    """
    from campaign_runner.app.approve import approve_plan

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False)
        told = approve_plan(runtime, plan, name)
        terminal.object({"approved": told}) if as_json else terminal.say(
            told, "Whoever handed the file in can run it."
        )
