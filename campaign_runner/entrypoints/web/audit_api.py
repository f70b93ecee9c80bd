"""The JSON API of the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from campaign_runner.app.views.audit_view import audit_events
from campaign_runner.app.views.audit_view import verify as verify_log
from campaign_runner.entrypoints.web.access import Who, Work
from campaign_runner.entrypoints.web.campaign_api import Cursor, Limit, items, number_of


def events(
    workspace: Work, campaign: Cursor = "", since: Cursor = "", kind: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 100, cursor: Cursor = "",
) -> Response:  # fmt: skip
    """What happened, the newest first."""
    page = audit_events(workspace, campaign=campaign, since=since, kind=kind, before=number_of(cursor), limit=limit)
    return items(page, page[-1]["number"] if len(page) == limit else None)


def verify(workspace: Work, viewer: Who) -> Response:
    """Whether nobody changed the log."""
    return JSONResponse(verify_log(workspace))
