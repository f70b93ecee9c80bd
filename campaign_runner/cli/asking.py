"""The commands that ask or decide: status, explain, release, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.cli import options
from campaign_runner.cli.options import REPORTS, STATE, Campaign, Config, DryRun, Json, Quiet, Schemas, State, Verbose
from campaign_runner.errors import ExitCode

CampaignNeeded = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id.")]
Rows = Annotated[list[int], typer.Argument(metavar="ROW…", help="Row numbers as the spreadsheet shows them.")]
What = Annotated[str, typer.Argument(metavar="ROW|REFERENCE", help="A row number, or a line or order reference.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.")]


def status(
    campaign: Campaign = "", config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Campaigns with their counts, or one campaign in detail.

    Example: campaign-runner status
    """
    from campaign_runner import overview, settings

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
    from campaign_runner import desk

    with options.at_work(as_json, quiet, verbose) as terminal:
        world = options.world(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        life = desk.explain(world, what)
        terminal.object(life) if as_json else terminal.life(life)


def release(
    campaign: CampaignNeeded, rows: Rows, reason: Reason = "", config: Config = None, state: State = STATE,
    schemas: Schemas = None, dry_run: DryRun = False, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Let held rows go, with a reason; the next `run` of the same file places them.

    Example: campaign-runner release 2026-q4-recognition 14 15 --reason "two prizes, agreed with finance"
    """
    from campaign_runner import desk

    with options.at_work(as_json, quiet, verbose) as terminal:
        world = options.world(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        told = desk.release(world, rows, reason, dry_run=dry_run)
        then = "Nothing was changed (--dry-run)." if dry_run else "Released. Run the same file again to place them."
        terminal.object({"released": [] if dry_run else rows}) if as_json else terminal.say(*told, then)


def doctor(
    config: Config = None, state: State = STATE, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check settings, credentials, reachability, account and ledger; say what to do.

    Example: campaign-runner doctor
    """
    from campaign_runner import desk

    with options.at_work(as_json, quiet, verbose) as terminal:
        path = options.config_path(config, None)
        told = desk.doctor(options.world(path, state, REPORTS, schemas, campaign="" if path else "doctor"))
        if as_json:
            terminal.object(
                {one.subject: {"well": one.well, "found": one.found, "advice": one.advice} for one in told}
            )
        else:
            terminal.say(
                *(f"{'ok ' if one.well else '!! '} {one.subject}: {one.found}. {one.advice}".rstrip() for one in told)
            )
        raise typer.Exit(ExitCode.DONE if all(one.well for one in told) else ExitCode.USAGE)
