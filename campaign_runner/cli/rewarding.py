"""The commands of the main job: check, plan, run, track, retry, recover, reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from campaign_runner.cli import options
from campaign_runner.cli.approving import Canary, MaxFailureRate, NoCanary, Submitter, share
from campaign_runner.cli.demands import Accept, Demands, ExpectRows, ExpectTotal, PartialByFunds, Refresh
from campaign_runner.cli.options import (
    REPORTS,
    STATE,
    Campaign,
    Config,
    DryRun,
    Environment,
    Every,
    File,
    GroupBy,
    Hidden,
    Json,
    Parquet,
    Quiet,
    Reports,
    Schemas,
    Sheet,
    Since,
    State,
    TrackWait,
    Until,
    Verbose,
    Wait,
    Yes,
)  # fmt: skip
from campaign_runner.errors import MEANING, UsageError
from campaign_runner.terminal import Terminal

if TYPE_CHECKING:
    from campaign_runner.closing import Result
    from campaign_runner.outside import World


def check(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", refresh: Refresh = False, accept: Accept = None,
    expect_rows: ExpectRows = None, expect_total: ExpectTotal = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Read and validate a spreadsheet; send nothing.

    Example: campaign-runner check q4.xlsx
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        demands = Demands(refresh, accept, expect_rows, expect_total)
        world = options.world(config, state, reports, schemas, file, secret=None, demands=demands)
        with terminal.progress() as progress:
            expecting = expect_rows is not None or bool(expect_total)
            result = pipeline.check(options.reading(file, sheet, hidden), world, progress, expecting=expecting)
        lines = screen.check(result.books, _tally(result), result.reports)
        end(terminal, result, lambda: lines, world, shows_state=False)


def plan(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", refresh: Refresh = False, accept: Accept = None,
    expect_rows: ExpectRows = None, expect_total: ExpectTotal = None, submitter: Submitter = "", canary: Canary = 0,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check, and tell what would be sent: orders, totals, who is new; written down in plan.html. Send nothing.

    Example: campaign-runner plan q4.xlsx
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        demands = Demands(refresh, accept, expect_rows, expect_total)
        world = options.world(config, state, reports, schemas, file, secret=None, demands=demands)
        with terminal.progress() as progress:
            world.submitter = submitter
            result = pipeline.plan(options.reading(file, sheet, hidden), world, progress, canary=canary)
        end(
            terminal,
            result,
            lambda: [*screen.plan(result.books, _tally(result), result.reports), *_planned(result)],
            world,
        )


def run(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", wait: Wait = "10m", dry_run: DryRun = False, refresh: Refresh = False,
    accept: Accept = None, expect_rows: ExpectRows = None, expect_total: ExpectTotal = None,
    partial_by_funds: PartialByFunds = False, submitter: Submitter = "", canary: Canary = 0,
    no_canary: NoCanary = False, max_failure_rate: MaxFailureRate = "", yes: Yes = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check, plan, place, follow, reconcile and report. Running it again resumes: nothing is sent twice.

    Example: campaign-runner run q4.xlsx --wait 30m
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    if dry_run:
        plan(
            file, config, state, reports, schemas, sheet, hidden, refresh, accept, expect_rows, expect_total, submitter,
            canary, as_json, quiet, verbose,
        )  # fmt: skip
    with options.at_work(as_json, quiet, verbose) as terminal:
        if canary and no_canary:
            raise UsageError("--canary and --no-canary contradict each other. Say one of them.")
        demands = Demands(refresh, accept, expect_rows, expect_total)
        world = options.world(config, state, reports, schemas, file, demands=demands)
        world.submitter, patience, most = submitter, options.seconds(wait), share(max_failure_rate)
        world.confirm = terminal.asker(yes)
        with terminal.progress() as progress, options.interruptible(world.stopping, terminal):
            result = pipeline.run(
                options.reading(file, sheet, hidden), world, patience=patience, canary=canary, max_failure_rate=most,
                partial_by_funds=partial_by_funds, no_canary=no_canary, progress=progress,
            )  # fmt: skip
        end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports), world)


def track(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: TrackWait = "", as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Look up what is open or unknown, once or for --wait. Nothing is placed.

    Example: campaign-runner track 2026-q4-recognition --wait 2h
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        world = options.world(config, state, reports, schemas, campaign=campaign)
        patience = options.seconds(wait) if wait else None
        with terminal.progress() as progress, options.interruptible(world.stopping, terminal):
            result = pipeline.track(world, patience=patience, progress=progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), world)


def retry(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: Wait = "10m", dry_run: DryRun = False, yes: Yes = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Place lines that Tango reported as failed again, as a new attempt under new references.

    Example: campaign-runner retry 2026-q4-recognition
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        world, patience = options.world(config, state, reports, schemas, campaign=campaign), options.seconds(wait)
        world.confirm = terminal.asker(yes)
        if dry_run:
            failed = pipeline.failed_lines(world)
            terminal.object({"failed": failed}) if as_json else terminal.say(
                f"{failed} failed lines would be placed again."
            )
            raise typer.Exit
        with terminal.progress() as progress, options.interruptible(world.stopping, terminal):
            result = pipeline.retry(world, patience=patience, progress=progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), world)


def recover(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Rebuild a lost ledger by asking Tango for the references that this file plans. Nothing is placed.

    Example: campaign-runner recover q4.xlsx
    """
    from campaign_runner import recovery
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        world = options.world(config, state, reports, schemas, file)
        with terminal.progress() as progress, options.interruptible(world.stopping, terminal):
            result = recovery.recover(options.reading(file, sheet, hidden), world, progress)
        end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports), world)


def reports(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, every: Every = False, group_by: GroupBy = None, since: Since = "", until: Until = "",
    parquet: Parquet = False, environment: Environment = "", as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Write every report again from the ledger; with --all, finance reports over all campaigns of one environment.

    Example: campaign-runner reports --all --from 2026-10-01 --to 2026-12-31 --group-by "Cost centre"
    """
    from dataclasses import replace

    from campaign_runner import audit, pipeline
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        world = options.world(
            config, state, reports, schemas, campaign=campaign or ("any" if every else ""), secret=False
        )
        assert world.finance is not None
        chosen = replace(world.finance, since=since, until=until, parquet=parquet)
        world.finance = replace(chosen, group_by=tuple(group_by)) if group_by else chosen
        if every:
            found = audit.finance_of_all(world, environment)
            terminal.object(found.plain()) if as_json else terminal.say(*screen.finance(found, since, until))
            raise typer.Exit
        if environment:
            raise UsageError("--environment goes with --all; one campaign is that of campaign.toml.")
        with terminal.progress() as progress:
            result = pipeline.reports(world, progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), world)


def end(
    terminal: Terminal, result: Result, lines: Callable[[], list[str]], world: World, *, shows_state: bool = True
) -> NoReturn:  # fmt: skip
    """Say what came of it, where the state is, what else is to be known, and leave with its exit code."""
    from campaign_runner.reporting import summary

    if terminal.as_json:
        planned = {"plan": result.plan, "approval": result.approval.state} if result.plan else {}
        where = {"state": str(world.state), "notices": world.notices}
        terminal.object({**summary(result.books, result.reports, result.exit_code, result.tally), **planned, **where})
    else:
        terminal.say(*lines(), *([f"State folder: {world.state}"] if shows_state else []))
        for notice in world.notices:
            terminal.warn(notice)
    if result.books.stopped:
        terminal.warn(result.books.stopped)
    elif terminal.quiet and result.exit_code:
        campaign = f"campaign-runner: {result.books.order.campaign_id}"
        terminal.warn(f"{campaign}: {MEANING[result.exit_code]} (exit code {int(result.exit_code)}).")
    raise typer.Exit(result.exit_code)


def _planned(result: Result) -> list[str]:
    """The plan's name, and who has to say yes to it."""
    said = [f"Plan {result.plan}. {result.approval.sentence}"]
    return [*said, result.approval.who] if result.approval.who else said


def _tally(result: Result) -> Any:
    assert result.tally is not None
    return result.tally
