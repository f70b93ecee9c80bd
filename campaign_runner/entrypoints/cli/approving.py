"""The commands by which somebody else says yes or no to a plan, and the options that keep a run back."""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.model.errors import UsageError

Whose = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id.")]
Hash = Annotated[str, typer.Option("--plan", metavar="HASH", help="The plan: its hash, or the first 8 characters.")]
Name = Annotated[str, typer.Option("--as", metavar="NAME", help="Who says so; kept in the ledger.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; whoever runs the plan reads it.")]
Submitter = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who hands the file in; default: the user of this machine.")
]
Canary = Annotated[
    int,
    typer.Option(
        "--canary", min=0, help="So many lines go first, one per method, reward and currency; all must end well."
    ),
]
NoCanary = Annotated[
    bool, typer.Option("--no-canary", help="Send the rest although a canary is pending, or has failed.")
]
MaxFailureRate = Annotated[
    str, typer.Option("--max-failure-rate", metavar="5%", help="Halt when a larger share of the final lines failed.")
]


def approve(
    campaign: Whose, plan: Hash = "", name: Name = "", config: Config = None, state: State = STATE,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Say yes to a plan: `run` may send it, as long as nothing in it changes. Sends nothing.

    Example: campaign-runner approve 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com
    """
    from campaign_runner.app import approve as approval

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False)
        told = approval.approve(runtime, plan, name)
        terminal.object({"approved": told}) if as_json else terminal.say(
            told, "Whoever handed the file in can run it."
        )


def reject(
    campaign: Whose, plan: Hash = "", name: Name = "", reason: Reason = "", config: Config = None,
    state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Say no to a plan, with a reason: `run` refuses it from now on. Sends nothing.

    Example: campaign-runner reject 2026-q4-recognition --plan 3f2a91c0 --as finance@example.com --reason "twice"
    """
    from campaign_runner.app import approve as approval

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, None, campaign=campaign, secret=False)
        told = approval.reject(runtime, plan, name, reason)
        terminal.object({"rejected": told}) if as_json else terminal.say(told, "A run of this plan is refused.")


def share(text: str) -> float | None:
    """`5%`, `0.05` -> 0.05; nothing -> None; raises UsageError."""
    if not text:
        return None
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"--max-failure-rate {text}: give a share, such as 5% or 0.05.")
    return value
