"""campaign-runner track"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import Campaign, MetricsFile, TrackWait, seconds


def track_command(
    call: Call, campaign: Campaign = "", wait: TrackWait = "", metrics_file: MetricsFile = None
) -> None:
    """Update the status of open orders from Tango, once or for as long as --wait says. Sends nothing.

    Example: campaign-runner track 2026-q4-recognition --wait 2h
    """
    from campaign_runner.app import screen
    from campaign_runner.app.dead_mans_switch import watched
    from campaign_runner.app.track import track_campaign

    with call.measured(metrics_file, "track"):
        runtime = call.runtime(campaign=campaign)
        patience = seconds(wait) if wait else None
        with watched(runtime.settings.notify.ping_url, "track"):
            with call.terminal.progress() as progress, call.interruptible(runtime.stopping):
                result = track_campaign(runtime, patience=patience, progress=progress)
            end(call, result, screen.run(result.books, None, result.reports), runtime)
