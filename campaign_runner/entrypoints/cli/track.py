"""campaign-runner track"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Campaign,
    Config,
    Json,
    Quiet,
    Reports,
    Schemas,
    State,
    TrackWait,
    Verbose,
)


def track_command(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: TrackWait = "", as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Update the status of open orders from Tango, once or for --wait. Places nothing.

    Example: campaign-runner track 2026-q4-recognition --wait 2h
    """
    from campaign_runner.app import screen
    from campaign_runner.app.track import track_campaign

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, reports, schemas, campaign=campaign)
        patience = options.seconds(wait) if wait else None
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = track_campaign(runtime, patience=patience, progress=progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), runtime)
