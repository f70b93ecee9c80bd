"""campaign-runner drop"""

from __future__ import annotations

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.release import DecisionOptions, decide_rows


def drop_command(call: Call, chosen: DecisionOptions) -> None:
    """Drop held rows, with a reason. They are not sent and need no further decision.

    Example: campaign-runner drop 2026-q4-recognition --held-as duplicate --reason "entered twice"
    """
    decide_rows(call, chosen, "drop")
