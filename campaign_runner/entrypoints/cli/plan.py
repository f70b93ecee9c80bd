"""campaign-runner plan"""

from __future__ import annotations

from dataclasses import replace

from campaign_runner.app.overrides import Overrides
from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.ending import checked_tally, end, plan_and_approval
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Config,
    File,
    Hidden,
    Json,
    Quiet,
    Reports,
    Schemas,
    Sheet,
    State,
    Verbose,
)
from campaign_runner.entrypoints.cli.override_options import Accept, ExpectRows, ExpectTotal, Refresh
from campaign_runner.entrypoints.cli.run_options import Canary, Submitter
from campaign_runner.model.choices import HiddenRows


def plan_command(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = HiddenRows.HOLD, refresh: Refresh = False, accept: Accept = None,
    expect_rows: ExpectRows = None, expect_total: ExpectTotal = None, submitter: Submitter = "", canary: Canary = 0,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check a spreadsheet and show what a run would send: orders, totals, new recipients. Writes plan.html; sends nothing.

    Example: campaign-runner plan q4.xlsx
    """
    from campaign_runner.app import screen
    from campaign_runner.app.plan import plan_file

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        overrides = Overrides(refresh, accept, expect_rows, expect_total)
        runtime = options.runtime(config, state, reports, schemas, file, secret=None, overrides=overrides)
        with terminal.progress() as progress:
            runtime = replace(runtime, submitter=submitter)
            result = plan_file(options.reading(file, sheet, hidden), runtime, progress, canary=canary)
        end(
            terminal,
            result,
            lambda: [*screen.plan(result.books, checked_tally(result), result.reports), *plan_and_approval(result)],
            runtime,
        )
