"""campaign-runner release"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

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
from campaign_runner.model.choices import HoldKind

if TYPE_CHECKING:
    from campaign_runner.app.runtime import Runtime
    from campaign_runner.entrypoints.cli.terminal import Terminal


CampaignNeeded = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Campaign id.")]

Rows = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ROW…", help="Row numbers as shown in the spreadsheet, or e-mail addresses, names or keys."
    ),
]

What = Annotated[
    str, typer.Argument(metavar="ROW|REFERENCE", help="Row number, e-mail address, name or key, or a reference.")
]

HeldAs = Annotated[HoldKind | None, typer.Option("--held-as", help="Select all rows held for this reason.")]
EveryHeld = Annotated[bool, typer.Option("--all", help="Select all held rows.")]
Undo = Annotated[bool, typer.Option("--undo", help="Undo the decision, if nothing has been sent for it.")]
Reason = Annotated[str, typer.Option("--reason", help="Reason; recorded in the ledger.")]


def release_command(
    campaign: CampaignNeeded, rows: Rows = None, reason: Reason = "", held_as: HeldAs = None, every: EveryHeld = False,
    undo: Undo = False, config: Config = None, state: State = STATE, schemas: Schemas = None, dry_run: DryRun = False,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Release held rows, with a reason; the next `run` of the same file sends them.

    Example: campaign-runner release 2026-q4-recognition 14 ana@example.com --reason "two prizes, agreed with finance"
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        decide_rows(
            terminal, runtime, rows, reason, held_as, "undone" if undo else "release", every=every, dry_run=dry_run
        )


_DONE = {
    "release": ("released", "Released. Run the same file again to send them."),
    "drop": ("dropped", "Dropped. Run the same file again to update its reports."),
    "undone": ("undone", "Decision undone. Run the same file again."),
}


def decide_rows(
    terminal: Terminal, runtime: Runtime, rows: list[str] | None, reason: str, held_as: HoldKind | None, decision: str, *,
    every: bool, dry_run: bool,
) -> None:  # fmt: skip
    from campaign_runner.app.release import RowsAsked, decide

    found = decide(runtime, RowsAsked(rows or (), held_as, every), decision, reason, dry_run=dry_run)
    name, then = _DONE[decision]
    if terminal.as_json:
        terminal.object({name: [] if dry_run else list(found.rows), "told": list(found.told)})
    else:
        terminal.say(*found.told, "Nothing was changed (--dry-run)." if dry_run else then)
