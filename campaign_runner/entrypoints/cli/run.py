"""campaign-runner run"""

from __future__ import annotations

from dataclasses import replace

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import DryRun, FileOptions, MetricsFile, Wait, seconds
from campaign_runner.entrypoints.cli.override_options import OverrideOptions, PartialByFunds
from campaign_runner.entrypoints.cli.plan import plan_command
from campaign_runner.entrypoints.cli.run_options import Canary, Detach, MaxFailureRate, NoCanary, Submitter, share
from campaign_runner.model.errors import UsageError


def run_command(
    call: Call, spreadsheet: FileOptions, required: OverrideOptions, wait: Wait = "10m", dry_run: DryRun = False,
    partial_by_funds: PartialByFunds = False, submitter: Submitter = "", canary: Canary = 0,
    no_canary: NoCanary = False, detach: Detach = False, max_failure_rate: MaxFailureRate = "",
    metrics_file: MetricsFile = None,
) -> None:  # fmt: skip
    """Check a spreadsheet, send its rewards, follow them and write reports. Run again to resume; nothing is sent twice.

    Example: campaign-runner run q4.xlsx --wait 30m
    """
    from campaign_runner.app import screen
    from campaign_runner.app.dead_mans_switch import watched
    from campaign_runner.app.run import run_file

    if dry_run:
        plan_command(call, spreadsheet, required, submitter, canary)
    if canary and no_canary:
        raise UsageError("--canary and --no-canary contradict each other. Use only one of them.")
    with call.measured(metrics_file, "run", spreadsheet.file):
        runtime = call.runtime(spreadsheet.file, overrides=required.overrides())
        runtime = replace(runtime, submitter=submitter, confirm=call.terminal.asker(call.yes))
        patience, most = seconds(wait), share(max_failure_rate)
        with watched(runtime.settings.notify.ping_url, "run"):
            with call.terminal.progress() as progress, call.interruptible(runtime.stopping):
                result = run_file(
                    spreadsheet.reading(), runtime, patience=patience, canary=canary, max_failure_rate=most,
                    partial_by_funds=partial_by_funds, no_canary=no_canary, detach=detach, progress=progress,
                )  # fmt: skip
            end(call, result, screen.run(result.books, result.tally, result.reports), runtime)
