"""campaign-runner drop"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Config,
    DryRun,
    Json,
    Quiet,
    Schemas,
    State,
    Verbose,
)
from campaign_runner.entrypoints.cli.release import CampaignNeeded, EveryHeld, HeldAs, Reason, Rows, Undo, decide_rows


def drop_command(
    campaign: CampaignNeeded, rows: Rows = None, reason: Reason = "", held_as: HeldAs = None, every: EveryHeld = False,
    undo: Undo = False, config: Config = None, state: State = STATE, schemas: Schemas = None, dry_run: DryRun = False,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Drop held rows, with a reason. They are not sent and need no further decision.

    Example: campaign-runner drop 2026-q4-recognition --held-as duplicate --reason "entered twice"
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        decide_rows(
            terminal, runtime, rows, reason, held_as, "undone" if undo else "drop", every=every, dry_run=dry_run
        )
