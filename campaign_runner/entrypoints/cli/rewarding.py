"""The commands of the main job: check, plan, run, track, retry, recover, reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.approving import Canary, MaxFailureRate, NoCanary, Submitter, share
from campaign_runner.entrypoints.cli.demands import (
    Accept,
    ExpectRows,
    ExpectTotal,
    Overrides,
    PartialByFunds,
    Refresh,
)
from campaign_runner.entrypoints.cli.options import (
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
)
from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.errors import MEANING, UsageError

if TYPE_CHECKING:
    from campaign_runner.app.finish import Result
    from campaign_runner.app.runtime import Runtime


def check(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", refresh: Refresh = False, accept: Accept = None,
    expect_rows: ExpectRows = None, expect_total: ExpectTotal = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Read and validate a spreadsheet; send nothing.

    Example: campaign-runner check q4.xlsx
    """
    from campaign_runner.app import run as pipeline
    from campaign_runner.app import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        demands = Overrides(refresh, accept, expect_rows, expect_total)
        runtime = options.runtime(config, state, reports, schemas, file, secret=None, demands=demands)
        with terminal.progress() as progress:
            expecting = expect_rows is not None or bool(expect_total)
            result = pipeline.check(options.reading(file, sheet, hidden), runtime, progress, expecting=expecting)
        lines = screen.check(result.books, _tally(result), result.reports)
        end(terminal, result, lambda: lines, runtime, shows_state=False)


def plan(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", refresh: Refresh = False, accept: Accept = None,
    expect_rows: ExpectRows = None, expect_total: ExpectTotal = None, submitter: Submitter = "", canary: Canary = 0,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check, and tell what would be sent: orders, totals, who is new; written down in plan.html. Send nothing.

    Example: campaign-runner plan q4.xlsx
    """
    from campaign_runner.app import run as pipeline
    from campaign_runner.app import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        demands = Overrides(refresh, accept, expect_rows, expect_total)
        runtime = options.runtime(config, state, reports, schemas, file, secret=None, demands=demands)
        with terminal.progress() as progress:
            runtime.submitter = submitter
            result = pipeline.plan(options.reading(file, sheet, hidden), runtime, progress, canary=canary)
        end(
            terminal,
            result,
            lambda: [*screen.plan(result.books, _tally(result), result.reports), *_planned(result)],
            runtime,
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
    from campaign_runner.app import run as pipeline
    from campaign_runner.app import screen

    if dry_run:
        plan(
            file, config, state, reports, schemas, sheet, hidden, refresh, accept, expect_rows, expect_total, submitter,
            canary, as_json, quiet, verbose,
        )  # fmt: skip
    with options.at_work(as_json, quiet, verbose) as terminal:
        if canary and no_canary:
            raise UsageError("--canary and --no-canary contradict each other. Say one of them.")
        demands = Overrides(refresh, accept, expect_rows, expect_total)
        runtime = options.runtime(config, state, reports, schemas, file, demands=demands)
        runtime.submitter, patience, most = submitter, options.seconds(wait), share(max_failure_rate)
        runtime.confirm = terminal.asker(yes)
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = pipeline.run(
                options.reading(file, sheet, hidden), runtime, patience=patience, canary=canary, max_failure_rate=most,
                partial_by_funds=partial_by_funds, no_canary=no_canary, progress=progress,
            )  # fmt: skip
        end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports), runtime)


def track(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: TrackWait = "", as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Look up what is open or unknown, once or for --wait. Nothing is placed.

    Example: campaign-runner track 2026-q4-recognition --wait 2h
    """
    from campaign_runner.app import run as pipeline
    from campaign_runner.app import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, reports, schemas, campaign=campaign)
        patience = options.seconds(wait) if wait else None
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = pipeline.track(runtime, patience=patience, progress=progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), runtime)


def retry(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: Wait = "10m", dry_run: DryRun = False, yes: Yes = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Place lines that Tango reported as failed again, as a new attempt under new references.

    Example: campaign-runner retry 2026-q4-recognition
    """
    from campaign_runner.app import run as pipeline
    from campaign_runner.app import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime, patience = options.runtime(config, state, reports, schemas, campaign=campaign), options.seconds(wait)
        runtime.confirm = terminal.asker(yes)
        if dry_run:
            failed = pipeline.failed_lines(runtime)
            terminal.object({"failed": failed}) if as_json else terminal.say(
                f"{failed} failed lines would be placed again."
            )
            raise typer.Exit
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = pipeline.retry(runtime, patience=patience, progress=progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), runtime)


def recover(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Rebuild a lost ledger by asking Tango for the references that this file plans. Nothing is placed.

    Example: campaign-runner recover q4.xlsx
    """
    from campaign_runner.app import recover as recovery
    from campaign_runner.app import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, reports, schemas, file)
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = recovery.recover(options.reading(file, sheet, hidden), runtime, progress)
        end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports), runtime)


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

    from campaign_runner.app import audit, screen
    from campaign_runner.app import run as pipeline

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(
            config, state, reports, schemas, campaign=campaign or ("any" if every else ""), secret=False
        )
        assert runtime.finance is not None
        chosen = replace(runtime.finance, since=since, until=until, parquet=parquet)
        runtime.finance = replace(chosen, group_by=tuple(group_by)) if group_by else chosen
        if every:
            found = audit.finance_of_all(runtime, environment)
            terminal.object(found.plain()) if as_json else terminal.say(*screen.finance(found, since, until))
            raise typer.Exit
        if environment:
            raise UsageError("--environment goes with --all; one campaign is that of campaign.toml.")
        with terminal.progress() as progress:
            result = pipeline.reports(runtime, progress)
        end(terminal, result, lambda: screen.run(result.books, None, result.reports), runtime)


def end(
    terminal: Terminal, result: Result, lines: Callable[[], list[str]], runtime: Runtime, *, shows_state: bool = True
) -> NoReturn:  # fmt: skip
    """Say what came of it, where the state is, what else is to be known, and leave with its exit code."""
    from campaign_runner.reporting import summary

    if terminal.as_json:
        planned = {"plan": result.plan, "approval": result.approval.state} if result.plan else {}
        where = {"state": str(runtime.state), "notices": runtime.notices}
        terminal.object({**summary(result.books, result.reports, result.exit_code, result.tally), **planned, **where})
    else:
        terminal.say(*lines(), *([f"State folder: {runtime.state}"] if shows_state else []))
        for notice in runtime.notices:
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
