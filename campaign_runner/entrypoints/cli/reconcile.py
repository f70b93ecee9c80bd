"""campaign-runner reconcile"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Campaign,
    Config,
    Environment,
    Every,
    Json,
    Quiet,
    Reports,
    Schemas,
    Since,
    State,
    Until,
    Verbose,
)
from campaign_runner.model.errors import ExitCode, UsageError

Statement = Annotated[Path, typer.Option("--statement", help="Order history exported from Tango (CSV).")]


def reconcile_command(
    statement: Statement, campaign: Campaign = "", every: Every = False, since: Since = "", until: Until = "",
    environment: Environment = None, config: Config = None, state: State = STATE,
    reports: Reports = REPORTS, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Compare the books with Tango's order history: matched, different, missing, extra.

    Example: campaign-runner reconcile --all --statement history.csv --from 2026-10-01 --to 2026-12-31
    """
    from dataclasses import replace

    from campaign_runner.app import screen
    from campaign_runner.app.reconcile import reconcile_all, reconcile_campaign

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(
            config, state, reports, schemas, campaign=campaign or ("any" if every else ""), secret=False
        )
        assert runtime.finance is not None
        runtime = replace(runtime, finance=replace(runtime.finance, since=since, until=until))
        if environment and not every:
            raise UsageError("--environment needs --all. A single campaign uses the environment in campaign.toml.")
        found = (
            reconcile_all(runtime, statement, environment or "") if every else reconcile_campaign(runtime, statement)
        )
        terminal.object(found.plain()) if as_json else terminal.say(*screen.statement(found))
        raise typer.Exit(ExitCode.DONE if found.agrees else ExitCode.NEEDS_ACTION)
