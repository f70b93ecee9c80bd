"""Finance and the audit log: the totals of campaigns, what happened, and whether the log is whole."""

from __future__ import annotations

from fastapi.responses import Response, StreamingResponse

from campaign_runner.app.audit import export_log
from campaign_runner.app.campaign_wishes import reports_of
from campaign_runner.app.views.audit_view import audit_events, verify
from campaign_runner.app.views.campaigns import visible_campaigns
from campaign_runner.entrypoints.web.access import This, Visit
from campaign_runner.entrypoints.web.campaign_pages import Older
from campaign_runner.entrypoints.web.pages import page
from campaign_runner.model.errors import UsageError

AT_ONCE = 100


def finance_page(visit: This, before: Older = None) -> Response:
    """Amounts of every campaign by status, and their finance reports."""
    views, older = visible_campaigns(visit.workspace, visit.viewer, before=before, limit=50)
    files = {
        view["id"]: [one["name"] for one in reports_of(visit.workspace, view["key"], contacts=False)]
        for view in views
    }
    return page(visit.request, "finance.html", campaigns=views, files=files, older=older)


def audit_page(visit: This, campaign: str = "", since: str = "", kind: str = "", before: int = 0) -> Response:
    """Events, the newest first, with filters."""
    return _audit(visit, {"campaign": campaign[:40], "since": since[:30], "kind": kind[:60]}, before)


def verify_log(visit: This) -> Response:
    """Follow the chain, and compare every table with it."""
    return _audit(visit, {"campaign": "", "since": "", "kind": ""}, 0, verify(visit.workspace))


def export(visit: This) -> Response:
    """The whole log, an event a line, as `audit export` has it."""
    name = f"audit-log-{visit.workspace.at()[:10]}.jsonl"
    return StreamingResponse(
        export_log(visit.workspace.state, visit.workspace.settings.ledger.url), media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _audit(visit: Visit, wanted: dict[str, str], before: int, check: dict[str, object] | None = None) -> Response:
    error, events = "", []
    try:
        events = audit_events(visit.workspace, **wanted, before=max(before, 0), limit=AT_ONCE + 1)
    except UsageError as wrong:
        error = str(wrong)
    following = events[AT_ONCE - 1]["number"] if len(events) > AT_ONCE else None
    return page(visit.request, "audit.html", events=events[:AT_ONCE], following=following, wanted=wanted, check=check,
                error=error, status=422 if error else 200)  # fmt: skip
