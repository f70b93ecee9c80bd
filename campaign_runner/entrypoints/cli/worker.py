"""campaign-runner worker"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Config, Json, Quiet, Schemas, State, Verbose

Concurrency = Annotated[
    int, typer.Option("--concurrency", min=1, max=64, help="How many processes work side by side on this machine.")
]


def worker_command(
    config: Config = None, state: State = STATE, schemas: Schemas = None, concurrency: Concurrency = 1,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check, send and follow campaigns that were submitted to the ledger, until you stop it. Start as many as you like.

    Example: campaign-runner worker --config workspace.toml
    """
    from campaign_runner.app import executor
    from campaign_runner.app.jobs import work_until_stopped
    from campaign_runner.app.worker_processes import supervise

    executor.begin()
    with (
        options.workspace_terminal(config, state, as_json, quiet, verbose, schemas) as (terminal, workspace),
        options.interruptible(workspace.stopping, terminal),
    ):
        terminal.say(f"Working on the ledger {workspace.place()}. Stop with Ctrl-C.")
        if concurrency == 1:
            work_until_stopped(workspace)
        else:
            supervise(workspace, concurrency)
