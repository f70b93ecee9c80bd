"""Is the server alive, and ready?"""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from campaign_runner.app.readiness import readiness
from campaign_runner.entrypoints.web.access import Work


def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def readyz(workspace: Work) -> JSONResponse:
    """The ledger answers, and somebody does the work."""
    found: dict[str, Any] = readiness(workspace)
    return JSONResponse(found, 200 if found["ready"] else 503)
