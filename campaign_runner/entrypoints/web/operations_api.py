"""Is the server alive, and ready?  And what do its numbers say?"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from campaign_runner.app.health.operations_checks import readiness
from campaign_runner.app.metrics import metrics as numbers
from campaign_runner.app.tango_events import NotSigned, receive_event
from campaign_runner.app.views.audit_view import audit_events
from campaign_runner.app.views.audit_view import verify as verify_log
from campaign_runner.entrypoints.web.access import This
from campaign_runner.entrypoints.web.campaign_api import Cursor, Limit, items, number_of


def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def readyz(visit: This) -> JSONResponse:
    """The ledger answers, somebody does the work, and Tango answered the last call."""
    state = readiness(visit.workspace)
    return JSONResponse(state, 200 if state["ready"] else 503)


async def tango_event(visit: This) -> JSONResponse:
    """An event of Tango: 200 for whatever is well signed, 403 for anything else."""
    body, signature = await visit.request.body(), visit.request.headers.get("X-Signed-Payload", "")
    try:
        done = await run_in_threadpool(receive_event, visit.workspace, body, signature)
    except NotSigned as refused:
        return JSONResponse({"title": "Not signed", "status": 403, "detail": str(refused)}, 403,
                            media_type="application/problem+json")  # fmt: skip
    return JSONResponse({"event": done})


def metrics(visit: This) -> PlainTextResponse:
    """Prometheus' text."""
    return PlainTextResponse(numbers(visit.workspace), media_type="text/plain; version=0.0.4")


def events(
    visit: This, campaign: Cursor = "", since: Cursor = "", kind: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 100, cursor: Cursor = ""
) -> Response:  # fmt: skip
    """What happened, the newest first."""
    page = audit_events(
        visit.workspace, campaign=campaign, since=since, kind=kind, before=number_of(cursor), limit=limit
    )
    return items(page, page[-1]["number"] if len(page) == limit else None)


def verify(visit: This) -> Response:
    """Whether nobody changed the log."""
    return JSONResponse(verify_log(visit.workspace))
