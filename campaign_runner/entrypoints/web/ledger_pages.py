"""Finance and the audit log: the totals of campaigns, what happened, and whether the log is whole."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from campaign_runner.app.audit import export_log
from campaign_runner.app.campaign_wishes import reports_of
from campaign_runner.app.views.audit_view import audit_events, verify
from campaign_runner.app.views.campaigns import visible_campaigns
from campaign_runner.entrypoints.web.access import Who, Work
from campaign_runner.entrypoints.web.campaign_pages import Older
from campaign_runner.entrypoints.web.pages import page
from campaign_runner.model.errors import UsageError

AT_ONCE = 100


def finance_page(request: Request, workspace: Work, viewer: Who, before: Older = None) -> Response:
    """Amounts of every campaign by status, and their finance reports."""
    views, older = visible_campaigns(workspace, viewer, before=before, limit=50)
    files = {
        view["id"]: [one["name"] for one in reports_of(workspace, view["key"], contacts=False)] for view in views
    }
    return page(request, "finance.html", campaigns=views, files=files, older=older)


def audit_page(
    request: Request,
    workspace: Work,
    viewer: Who,
    campaign: str = "",
    since: str = "",
    kind: str = "",
    before: int = 0,
) -> Response:
    """Events, the newest first, with filters."""
    return _audit(request, workspace, {"campaign": campaign[:40], "since": since[:30], "kind": kind[:60]}, before)


def verify_log(request: Request, workspace: Work, viewer: Who) -> Response:
    """Follow the chain, and compare every table with it."""
    return _audit(request, workspace, {"campaign": "", "since": "", "kind": ""}, 0, verify(workspace))


def export(workspace: Work) -> Response:
    """The whole log, an event a line, as `audit export` has it."""
    name = f"audit-log-{workspace.at()[:10]}.jsonl"
    return StreamingResponse(
        export_log(workspace.state, workspace.settings.ledger.url), media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _audit(
    request: Request, workspace: Work, wanted: dict[str, str], before: int, check: dict[str, object] | None = None
) -> Response:
    error, events = "", []
    try:
        events = audit_events(workspace, **wanted, before=max(before, 0), limit=AT_ONCE + 1)
    except UsageError as wrong:
        error = str(wrong)
    following = events[AT_ONCE - 1]["number"] if len(events) > AT_ONCE else None
    return page(request, "audit.html", events=events[:AT_ONCE], following=following, wanted=wanted, check=check,
                error=error, status=422 if error else 200)  # fmt: skip
