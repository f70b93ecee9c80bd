"""campaign-runner recover"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import FileOptions


def recover_command(call: Call, spreadsheet: FileOptions) -> None:
    """Rebuild a lost or outdated ledger from the orders that Tango has for this file. Sends nothing.

    Example: campaign-runner recover q4.xlsx
    """
    from campaign_runner.app import screen
    from campaign_runner.app.recover import recover_ledger

    runtime = call.runtime(spreadsheet.file)
    with call.terminal.progress() as progress, call.interruptible(runtime.stopping):
        result = recover_ledger(spreadsheet.reading(), runtime, progress)
    end(call, result, screen.run(result.books, result.tally, result.reports), runtime)
