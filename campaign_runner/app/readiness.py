"""Can this server do its work now?  The ledger answers, and jobs that are due are taken."""

from __future__ import annotations

from typing import Any

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs
from campaign_runner.model.errors import StateError

# A job that has been due for so long has nobody who takes it.
OVERDUE = 60.0


def readiness(workspace: Workspace) -> dict[str, Any]:
    """`ready`, and what of it is not."""
    try:
        with workspace.ledger().read() as connection:
            late = jobs.longest_due(connection) > OVERDUE
    except StateError as error:
        return {"ready": False, "ledger": str(error), "worker": "unknown"}
    worker = "jobs are due, and nobody takes them: is a worker running?" if late else "ok"
    return {"ready": not late, "ledger": "ok", "worker": worker}
