"""The commands that ask or decide: status, explain, release, drop, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Campaign,
    Config,
    DryRun,
    Json,
    Quiet,
    Schemas,
    State,
    Verbose,
)
from campaign_runner.model.errors import ExitCode

if TYPE_CHECKING:
    from campaign_runner.app.runtime import Runtime
    from campaign_runner.entrypoints.cli.terminal import Terminal

CampaignNeeded = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id.")]
Rows = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ROW…", help="Row numbers as the spreadsheet shows them, or e-mail addresses, names or keys."
    ),
]
What = Annotated[
    str, typer.Argument(metavar="ROW|REFERENCE", help="A row number, e-mail address, name or key, or a reference.")
]
HeldAs = Annotated[
    str, typer.Option("--held-as", help="All rows held as: changed, duplicate, already-rewarded or hidden.")
]
EveryHeld = Annotated[bool, typer.Option("--all", help="All held rows.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the decision back, as long as nothing was sent for it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.")]


def status(
    campaign: Campaign = "", config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Campaigns with their counts, or one campaign in detail.

    Example: campaign-runner status
    """
    from campaign_runner import settings
    from campaign_runner.app import status as overview

    with options.at_work(as_json, quiet, verbose) as terminal:
        url = settings.ledger_url(options.config_path(config, None))
        found = overview.status(options.state_path(state, config), url, campaign)
        terminal.object({"campaigns": found}) if as_json else terminal.campaigns(found, detail=bool(campaign))


def explain(
    campaign: CampaignNeeded, what: What, config: Config = None, state: State = STATE, schemas: Schemas = None,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """The whole life of one row: its cells, references, every request, every change of status.

    Example: campaign-runner explain 2026-q4-recognition 14
    """
    from campaign_runner.app import desk

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        life = desk.explain(runtime, what)
        terminal.object(life) if as_json else terminal.life(life)


def release(
    campaign: CampaignNeeded, rows: Rows = None, reason: Reason = "", held_as: HeldAs = "", every: EveryHeld = False,
    undo: Undo = False, config: Config = None, state: State = STATE, schemas: Schemas = None, dry_run: DryRun = False,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Release held rows, with a reason; the next `run` of the same file sends them.

    Example: campaign-runner release 2026-q4-recognition 14 ana@example.com --reason "two prizes, agreed with finance"
    """
    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        _decide(
            terminal, runtime, rows, reason, held_as, "undone" if undo else "release", every=every, dry_run=dry_run
        )


def drop(
    campaign: CampaignNeeded, rows: Rows = None, reason: Reason = "", held_as: HeldAs = "", every: EveryHeld = False,
    undo: Undo = False, config: Config = None, state: State = STATE, schemas: Schemas = None, dry_run: DryRun = False,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Drop held rows, with a reason: they are not to be sent, and nobody is asked about them any more.

    Example: campaign-runner drop 2026-q4-recognition --held-as duplicate --reason "entered twice"
    """
    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        _decide(terminal, runtime, rows, reason, held_as, "undone" if undo else "drop", every=every, dry_run=dry_run)


_DONE = {
    "release": ("released", "Released. Run the same file again to send them."),
    "drop": ("dropped", "Dropped. Run the same file again to close its books."),
    "undone": ("undone", "Taken back. Run the same file again."),
}


def _decide(
    terminal: Terminal, runtime: Runtime, rows: list[str] | None, reason: str, held_as: str, decision: str, *,
    every: bool, dry_run: bool,
) -> None:  # fmt: skip
    from campaign_runner.app.release import RowsAsked, decide

    found = decide(runtime, RowsAsked(rows or (), held_as, every), decision, reason, dry_run=dry_run)
    name, then = _DONE[decision]
    if terminal.as_json:
        terminal.object({name: [] if dry_run else list(found.rows), "told": list(found.told)})
    else:
        terminal.say(*found.told, "Nothing was changed (--dry-run)." if dry_run else then)


def doctor(
    config: Config = None, state: State = STATE, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check settings, credentials, reachability, account and ledger; say what to do.

    Example: campaign-runner doctor
    """
    from campaign_runner.app import desk

    with options.at_work(as_json, quiet, verbose) as terminal:
        path = options.config_path(config, None)
        told = desk.doctor(options.runtime(path, state, REPORTS, schemas, campaign="" if path else "doctor"))
        if as_json:
            terminal.object(
                {one.subject: {"well": one.well, "found": one.found, "advice": one.advice} for one in told}
            )
        else:
            terminal.say(
                *(
                    f"{'ok ' if one.well else '!! '} {one.subject}: {one.found.rstrip('.')}. {one.advice}".rstrip()
                    for one in told
                )
            )
        raise typer.Exit(ExitCode.DONE if all(one.well for one in told) else ExitCode.USAGE)
