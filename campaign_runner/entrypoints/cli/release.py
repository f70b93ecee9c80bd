"""campaign-runner release"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import CampaignNeeded, DryRun, Reason
from campaign_runner.model.choices import HoldKind

Rows = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ROW…", help="Row numbers as shown in the spreadsheet, or e-mail addresses, names or keys."
    ),
]

HeldAs = Annotated[HoldKind | None, typer.Option("--held-as", help="Select all rows held for this reason.")]
EveryHeld = Annotated[bool, typer.Option("--all", help="Select all held rows.")]
Undo = Annotated[bool, typer.Option("--undo", help="Undo the decision, if nothing has been sent for it.")]


@dataclass(frozen=True)
class DecisionOptions:
    """Which held rows of a campaign are decided about, and why."""

    campaign: CampaignNeeded
    rows: Rows = None
    reason: Reason = ""
    held_as: HeldAs = None
    every: EveryHeld = False
    undo: Undo = False
    dry_run: DryRun = False


def release_command(call: Call, chosen: DecisionOptions) -> None:
    """Release held rows, with a reason; the next `run` of the same file sends them.

    Example: campaign-runner release 2026-q4-recognition 14 ana@example.com --reason "two prizes, agreed with finance"
    """
    decide_rows(call, chosen, "release")


_DONE = {
    "release": ("released", "Released. Run the same file again to send them."),
    "drop": ("dropped", "Dropped. Run the same file again to update its reports."),
    "undone": ("undone", "Decision undone. Run the same file again."),
}


def decide_rows(call: Call, chosen: DecisionOptions, decision: str) -> None:
    """Release or drop the rows, or undo that."""
    from campaign_runner.app.release import RowsAsked, decide

    runtime = call.runtime(campaign=chosen.campaign, secret=False)
    decision = "undone" if chosen.undo else decision
    asked = RowsAsked(chosen.rows or (), chosen.held_as, chosen.every)
    decided = decide(runtime, asked, decision, chosen.reason, dry_run=chosen.dry_run)
    name, then = _DONE[decision]
    call.answer(
        {name: [] if chosen.dry_run else list(decided.rows), "told": list(decided.sentences)},
        *decided.sentences,
        "Nothing was changed (--dry-run)." if chosen.dry_run else then,
    )
