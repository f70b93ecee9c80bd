"""campaign-runner check"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import checked_tally, end
from campaign_runner.entrypoints.cli.options import FileOptions
from campaign_runner.entrypoints.cli.override_options import OverrideOptions


def check_command(call: Call, spreadsheet: FileOptions, required: OverrideOptions) -> None:
    """Check every row of a spreadsheet, and write the failures report and the annotated workbook. Sends nothing.

    Example: campaign-runner check q4.xlsx
    """
    from campaign_runner.app import screen
    from campaign_runner.app.check import check_file

    runtime = call.runtime(spreadsheet.file, secret=None, overrides=required.overrides())
    with call.terminal.progress() as progress:
        expecting = required.expect_rows is not None or bool(required.expect_total)
        result = check_file(spreadsheet.reading(), runtime, progress, expecting=expecting)
    lines = screen.check(result.books, checked_tally(result), result.reports)
    end(call, result, lines, runtime, shows_state=False)
