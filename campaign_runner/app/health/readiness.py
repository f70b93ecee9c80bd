"""Can this server do its work now?  The ledger answers, jobs that are due are taken, Tango answered last time."""

from __future__ import annotations

from typing import Any

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs, request_log
from campaign_runner.model.errors import StateError

# A job that has been due for so long has nobody who takes it.
OVERDUE = 60.0
_NO_WORKER = "jobs are due, but no worker takes them: is a worker running?"


def readiness(workspace: Workspace) -> dict[str, Any]:
    """`ready`, and what of it is not. Tango alone does not make a server unready: people can still work."""
    try:
        with workspace.ledger().read() as connection:
            late = jobs.longest_due(connection) > OVERDUE
            silent = request_log.silent_since(connection)
    except StateError as error:
        return {"ready": False, "ledger": str(error), "worker": "unknown", "Tango": "unknown"}
    tango = f"no usable answer to the newest call, {silent}" if silent else "ok"
    return {"ready": not late, "ledger": "ok", "worker": _NO_WORKER if late else "ok", "Tango": tango}
