"""Is the server alive, and ready?  And what do its numbers say?"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from campaign_runner.app.health.readiness import readiness
from campaign_runner.app.metrics import metrics as numbers
from campaign_runner.app.tango_events import NotSigned, receive_event
from campaign_runner.entrypoints.web.access import Work


def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def readyz(workspace: Work) -> JSONResponse:
    """The ledger answers, somebody does the work, and Tango answered when it was called last."""
    state = readiness(workspace)
    return JSONResponse(state, 200 if state["ready"] else 503)


async def tango_event(request: Request, workspace: Work) -> JSONResponse:
    """An event of Tango: 200 for whatever is well signed, 403 for anything else."""
    body, signature = await request.body(), request.headers.get("X-Signed-Payload", "")
    try:
        done = await run_in_threadpool(receive_event, workspace, body, signature)
    except NotSigned as refused:
        return JSONResponse({"title": "Not signed", "status": 403, "detail": str(refused)}, 403,
                            media_type="application/problem+json")  # fmt: skip
    return JSONResponse({"event": done})


def metrics(workspace: Work) -> PlainTextResponse:
    """Prometheus' text."""
    return PlainTextResponse(numbers(workspace), media_type="text/plain; version=0.0.4")
