"""What would be sent, who says yes, and when does it leave?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Request
from fastapi.responses import Response

from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.plan_view import accept_warning, ask_for_approval, plan_view
from campaign_runner.app.send import send_plan
from campaign_runner.app.viewer import sees_contacts
from campaign_runner.entrypoints.web.access import CampaignKey, Who, Work
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import CampaignRunnerError, FileUnusable, RefusedBeforeSending, UsageError

Text = Annotated[str, Form()]
TOLD = (UsageError, FileUnusable, RefusedBeforeSending)


def plan_page(request: Request, workspace: Work, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """The plan of the newest upload."""
    return _plan(request, workspace, campaign_id, campaign_key)


def act(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, do: Text = "",
    plan: Text = "", warning: Text = "", at: Text = "", canary: Text = "",
) -> Response:  # fmt: skip
    """Submit for approval, accept a warning, or send."""
    try:
        if do == "ask":
            ask_for_approval(workspace, campaign_key, viewer.actor, plan)
        elif do == "accept":
            accept_warning(workspace, campaign_key, plan, warning, viewer.actor)
        elif do == "send":
            first = int(canary) if canary.strip().isdecimal() else 0
            send_plan(workspace, campaign_key, viewer.actor, plan, {"at": at.strip(), "canary": first})
            return go_to(f"/campaigns/{campaign_id}")
    except TOLD as error:
        return _plan(request, workspace, campaign_id, campaign_key, error)
    return go_to(f"/campaigns/{campaign_id}/plan")


def decide(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, do: Text = "",
    plan: Text = "", reason: Text = "",
) -> Response:  # fmt: skip
    """Approve or reject exactly the plan that was shown."""
    try:
        decide_plan(workspace, campaign_key, plan, viewer.actor, reject=do == "reject", reason=reason)
    except TOLD as error:
        return _plan(request, workspace, campaign_id, campaign_key, error)
    return go_to(f"/campaigns/{campaign_id}/plan")


def _plan(
    request: Request, workspace: Work, campaign_id: str, campaign_key: int, error: CampaignRunnerError | None = None
) -> Response:
    shared, plan, why = about(request, workspace, campaign_id, campaign_key), None, ""
    try:
        plan = plan_view(workspace, campaign_key)
    except TOLD as refused:
        why = str(refused)
    contacts = sees_contacts(workspace, request.state.viewer, campaign_key)
    values: dict[str, Any] = {"plan": plan, "why": why, "contacts": contacts, "error": str(error or "")}
    return page(request, "plan.html", status=status_of(error) if error else 200, tab="plan", **values, **shared)
