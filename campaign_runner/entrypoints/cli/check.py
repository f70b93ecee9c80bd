"""campaign-runner check"""

from __future__ import annotations

from campaign_runner.app.overrides import Overrides
from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.ending import checked_tally, end
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
from campaign_runner.model.choices import HiddenRows


def check_command(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = HiddenRows.HOLD, refresh: Refresh = False, accept: Accept = None,
    expect_rows: ExpectRows = None, expect_total: ExpectTotal = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check every row of a spreadsheet. Sends nothing.

    Example: campaign-runner check q4.xlsx
    """
    from campaign_runner.app import screen
    from campaign_runner.app.check import check_file

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        overrides = Overrides(refresh, accept, expect_rows, expect_total)
        runtime = options.runtime(config, state, reports, schemas, file, secret=None, overrides=overrides)
        with terminal.progress() as progress:
            expecting = expect_rows is not None or bool(expect_total)
            result = check_file(options.reading(file, sheet, hidden), runtime, progress, expecting=expecting)
        lines = screen.check(result.books, checked_tally(result), result.reports)
        end(terminal, result, lambda: lines, runtime, shows_state=False)
