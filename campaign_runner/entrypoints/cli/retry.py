"""campaign-runner retry"""

from __future__ import annotations

from dataclasses import replace

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Campaign,
    Config,
    DryRun,
    Json,
    Quiet,
    Reports,
    Schemas,
    State,
    Verbose,
    Wait,
    Yes,
)


def retry_command(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: Wait = "10m", dry_run: DryRun = False, yes: Yes = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Retry lines that Tango reported as failed: a new attempt under new references.

    Example: campaign-runner retry 2026-q4-recognition
    """
    from campaign_runner.app import screen
    from campaign_runner.app.retry import failed_lines, retry_failed

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime, patience = options.runtime(config, state, reports, schemas, campaign=campaign), options.seconds(wait)
        runtime = replace(runtime, confirm=terminal.asker(yes))
        if dry_run:
            failed = failed_lines(runtime)
            terminal.object({"failed": failed}) if as_json else terminal.say(
                f"{failed} failed lines would be retried."
            )
            raise typer.Exit
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = retry_failed(runtime, patience=patience, progress=progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), runtime)
