"""Which held rows go, and which are dropped?  Decided with a reason; then the file is checked again."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from campaign_runner.app.release import RowsAsked, decide
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs, submissions
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import CampaignHeld, Conflict

_UNDER_WAY = (
    "The campaign is being sent at this moment, and one of these rows belongs to a retry that was stopped: its order "
    "cannot change now, so nothing was decided. Halt the campaign, decide about the row, then resume the campaign."
)


def decide_rows(
    workspace: Workspace, campaign_key: int, rows: Sequence[int], decision: str, reason: str, actor: Actor
) -> dict[str, Any]:
    """Release or drop held rows. Raises UsageError where a row is not held: then nothing is decided; Conflict where it
    is one of an order that is planned, and the campaign is being sent."""
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        runtime = workspace.runtime(campaign_key, actor, Path(folder))
        try:
            made = decide(runtime, RowsAsked(tuple(rows)), decision, reason)
        except CampaignHeld:
            raise Conflict(_UNDER_WAY) from None
    with workspace.ledger(actor).write("check a file again", durable=True) as connection:
        newest = submissions.latest(connection, campaign_key)
        if newest and newest.upload:  # it was sent as it was: what was decided comes as a submission of its own
            newest = submissions.copy(connection, newest, actor, newest.channel, workspace.at(), corrects=newest.id)
        if newest:
            jobs.want(connection, jobs.CHECK, newest.id, workspace.at())
    return {"rows": list(made.rows), "decision": decision, "upload": newest.number if newest else None}
