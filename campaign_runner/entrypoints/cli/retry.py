"""campaign-runner retry"""

from __future__ import annotations

from dataclasses import replace

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import Campaign, DryRun, Wait, seconds


def retry_command(call: Call, campaign: Campaign = "", wait: Wait = "10m", dry_run: DryRun = False) -> None:
    """Retry lines that Tango reported as failed: a new attempt under new references.

    Example: campaign-runner retry 2026-q4-recognition
    """
    from campaign_runner.app import screen
    from campaign_runner.app.retry import failed_lines, retry_failed

    runtime, patience = call.runtime(campaign=campaign), seconds(wait)
    runtime = replace(runtime, confirm=call.terminal.asker(call.yes))
    if dry_run:
        failed = failed_lines(runtime)
        call.answer({"failed": failed}, f"{failed} failed lines would be retried.")
        return
    with call.terminal.progress() as progress, call.interruptible(runtime.stopping):
        result = retry_failed(runtime, patience=patience, progress=progress)
    end(call, result, screen.run(result.books, None, result.reports), runtime)
