"""Is the server alive, and ready?  And what do its numbers say?"""

from __future__ import annotations

from fastapi.responses import JSONResponse, PlainTextResponse

from campaign_runner.app.metrics import metrics as numbers
from campaign_runner.app.readiness import readiness
from campaign_runner.entrypoints.web.access import Work


def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def readyz(workspace: Work) -> JSONResponse:
    """The ledger answers, somebody does the work, and Tango answered when it was called last."""
    state = readiness(workspace)
    return JSONResponse(state, 200 if state["ready"] else 503)


def metrics(workspace: Work) -> PlainTextResponse:
    """Prometheus' text."""
    return PlainTextResponse(numbers(workspace), media_type="text/plain; version=0.0.4")
