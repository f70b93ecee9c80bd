"""campaign-runner plan"""

from __future__ import annotations

from dataclasses import replace

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import checked_tally, end, plan_and_approval
from campaign_runner.entrypoints.cli.options import FileOptions
from campaign_runner.entrypoints.cli.override_options import OverrideOptions
from campaign_runner.entrypoints.cli.run_options import Canary, Submitter


def plan_command(
    call: Call, spreadsheet: FileOptions, required: OverrideOptions, submitter: Submitter = "", canary: Canary = 0
) -> None:
    """Check a spreadsheet and show what a run would send: orders, totals, new recipients. Writes plan.html; sends nothing.

    Example: campaign-runner plan q4.xlsx
    """
    from campaign_runner.app import screen
    from campaign_runner.app.plan import plan_file

    runtime = call.runtime(spreadsheet.file, secret=None, overrides=required.overrides())
    runtime = replace(runtime, submitter=submitter)
    with call.terminal.progress() as progress:
        result = plan_file(spreadsheet.reading(), runtime, progress, canary=canary)
    lines = screen.plan(result.books, checked_tally(result), result.reports)
    end(call, result, [*lines, *plan_and_approval(result)], runtime)
