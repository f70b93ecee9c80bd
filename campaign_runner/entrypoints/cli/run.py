"""campaign-runner run"""

from __future__ import annotations

from dataclasses import replace

from campaign_runner.app.overrides import Overrides
from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Config,
    DryRun,
    File,
    Hidden,
    Json,
    Quiet,
    Reports,
    Schemas,
    Sheet,
    State,
    Verbose,
    Wait,
    Yes,
)
from campaign_runner.entrypoints.cli.override_options import Accept, ExpectRows, ExpectTotal, PartialByFunds, Refresh
from campaign_runner.entrypoints.cli.plan import plan_command
from campaign_runner.entrypoints.cli.run_options import Canary, Detach, MaxFailureRate, NoCanary, Submitter, share
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.errors import UsageError


def run_command(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = HiddenRows.HOLD, wait: Wait = "10m", dry_run: DryRun = False,
    refresh: Refresh = False, accept: Accept = None, expect_rows: ExpectRows = None, expect_total: ExpectTotal = None,
    partial_by_funds: PartialByFunds = False, submitter: Submitter = "", canary: Canary = 0,
    no_canary: NoCanary = False, detach: Detach = False, max_failure_rate: MaxFailureRate = "", yes: Yes = False,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check a spreadsheet, send its rewards, follow them and write reports. Run again to resume; nothing is sent twice.

    Example: campaign-runner run q4.xlsx --wait 30m
    """
    from campaign_runner.app import screen
    from campaign_runner.app.run import run_file

    if dry_run:
        plan_command(
            file, config, state, reports, schemas, sheet, hidden, refresh, accept, expect_rows, expect_total, submitter,
            canary, as_json, quiet, verbose,
        )  # fmt: skip
    with options.command_terminal(as_json, quiet, verbose) as terminal:
        if canary and no_canary:
            raise UsageError("--canary and --no-canary contradict each other. Use only one of them.")
        overrides = Overrides(refresh, accept, expect_rows, expect_total)
        runtime = options.runtime(config, state, reports, schemas, file, overrides=overrides)
        runtime = replace(runtime, submitter=submitter, confirm=terminal.asker(yes))
        patience, most = options.seconds(wait), share(max_failure_rate)
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = run_file(
                options.reading(file, sheet, hidden), runtime, patience=patience, canary=canary, max_failure_rate=most,
                partial_by_funds=partial_by_funds, no_canary=no_canary, detach=detach, progress=progress,
            )  # fmt: skip
        end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports), runtime)
