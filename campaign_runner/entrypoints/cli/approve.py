"""campaign-runner approve"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose

Whose = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Campaign id.")]

Hash = Annotated[
    str, typer.Option("--plan", metavar="HASH", help="Hash of the plan, or at least its first 8 characters.")
]

Name = Annotated[str, typer.Option("--as", metavar="NAME", help="Your name; recorded in the ledger.")]


def approve_command(
    campaign: Whose, plan: Hash = "", name: Name = "", config: Config = None, state: State = STATE,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Approve a plan, so that `run` may send it. A changed plan needs a new approval. Sends nothing.

    Example: campaign-runner approve 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com
    """
    from campaign_runner.app.approve import approve_plan

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False, reads=False)
        approved = approve_plan(runtime, plan, name)
        terminal.object({"approved": approved.sentence, **asdict(approved)}) if as_json else terminal.say(
            approved.sentence, "The submitter can now run the file."
        )
