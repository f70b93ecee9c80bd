"""campaign-runner reconcile"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import Campaign, Environment, Every, Since, Until
from campaign_runner.model.errors import ExitCode, UsageError

Statement = Annotated[Path, typer.Option("--statement", help="Order history exported from Tango (CSV).")]


def reconcile_command(
    call: Call,
    statement: Statement,
    campaign: Campaign = "",
    every: Every = False,
    since: Since = "",
    until: Until = "",
    environment: Environment = None,
) -> None:
    """Compare the books with Tango's order history: matched, different, missing, extra.

    Example: campaign-runner reconcile --all --statement history.csv --from 2026-10-01 --to 2026-12-31
    """
    from dataclasses import replace

    from campaign_runner.app import screen
    from campaign_runner.app.reconcile import reconcile_all, reconcile_campaign

    runtime = call.runtime(campaign=campaign or ("any" if every else ""), secret=False)
    assert runtime.finance is not None
    runtime = replace(runtime, finance=replace(runtime.finance, since=since, until=until))
    if environment and not every:
        raise UsageError("--environment needs --all. A single campaign uses the environment in campaign.toml.")
    comparison = (
        reconcile_all(runtime, statement, environment or "") if every else reconcile_campaign(runtime, statement)
    )
    call.answer(comparison.plain(), *screen.statement(comparison))
    raise typer.Exit(ExitCode.DONE if comparison.agrees else ExitCode.NEEDS_ACTION)
