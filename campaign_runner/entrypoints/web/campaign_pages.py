"""Which campaigns are there, and which need attention?  A new one, one with its state, and a file for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Form, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app.accounts.viewer import is_own
from campaign_runner.app.local_time import time_zones
from campaign_runner.app.views.campaigns import by_attention, campaign_view, create_campaign
from campaign_runner.app.views.upload_view import uploads_of
from campaign_runner.entrypoints.web.access import LARGEST, CampaignKey, Who, Work, workspace_of
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.entrypoints.web.upload_api import take_in
from campaign_runner.entrypoints.web.upload_stream import uploaded
from campaign_runner.model.errors import UsageError
from campaign_runner.model.roles import Permission

Text = Annotated[str, Form()]
# States in which something happens by itself: the page looks again every two seconds.
BUSY = frozenset({"checking", "awaiting_approval", "approved", "scheduled", "sending", "following"})
POLLING_ENDS = 286
AT_ONCE = 50
Older = Annotated[int | None, Query(ge=1, le=LARGEST)]
Start = Annotated[int, Query(ge=0, le=LARGEST)]


def campaigns_page(request: Request, workspace: Work, viewer: Who, start: Start = 0) -> Response:
    """All campaigns that the viewer sees, a page of them; what waits for the viewer comes first."""
    shown = by_attention(workspace, viewer, start=start, limit=AT_ONCE)
    return page(request, "campaigns.html", shown=shown, start=start)


def new_page(request: Request) -> Response:
    """The form for a new campaign."""
    return page(request, "new_campaign.html", error="", typed={"id": "", "name": "", "purchase_order": ""})


def create(
    request: Request, workspace: Work, viewer: Who, id: Text = "", name: Text = "", purchase_order: Text = ""
) -> Response:
    """Make it; then a file is uploaded."""
    typed = {"id": id.strip(), "name": name.strip(), "purchase_order": purchase_order.strip()}
    try:
        made = create_campaign(workspace, viewer.actor, typed)
    except UsageError as error:
        return page(request, "new_campaign.html", error=str(error), typed=typed, status=status_of(error))
    return go_to(f"/campaigns/{made}/upload")


def overview(request: Request, workspace: Work, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """How it stands, and what can be done."""
    return _overview(request, workspace, campaign_id, campaign_key)


def status(request: Request, workspace: Work, campaign_id: str, campaign_key: CampaignKey, was: str = "") -> Response:
    """The status line alone, polled; of another state the page is told, a state that stays ends the polling."""
    view = campaign_view(workspace, campaign_id, campaign_key)
    changed = bool(was) and was != view["state"]
    answer = page(request, "status.html", campaign=view, changed=changed)
    if changed:
        answer.headers["HX-Trigger-After-Swap"] = "campaign-changed"
    if not is_busy(view):
        answer.status_code = POLLING_ENDS
    return answer


def upload_page(request: Request, workspace: Work, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """The form for a file, and the files of before."""
    return _upload(request, workspace, campaign_id, campaign_key)


async def upload(request: Request, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """Take a file in; the next page says what was found."""
    try:
        async with uploaded(request) as file:
            await run_in_threadpool(take_in, request, file, "page")
    except UsageError as error:
        workspace = workspace_of(request)
        return await run_in_threadpool(_upload, request, workspace, campaign_id, campaign_key, str(error))
    return go_to(f"/campaigns/{campaign_id}/problems")


def halt(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, reason: Text = ""
) -> Response:
    """Nothing new leaves."""
    return _wished(request, campaign_id, lambda: wishes.halt_campaign(workspace, campaign_key, viewer.actor, reason))


def resume(request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """What was halted leaves again."""
    return _wished(request, campaign_id, lambda: wishes.resume_campaign(workspace, campaign_key, viewer.actor))


def withdraw(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, reason: Text = ""
) -> Response:
    """What never left is taken back."""
    return _wished(
        request, campaign_id, lambda: wishes.withdraw_campaign(workspace, campaign_key, viewer.actor, reason)
    )


def reschedule(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, do: Text = "",
    day: Text = "", time: Text = "", zone: Text = "",
) -> Response:  # fmt: skip
    """Another time, at once, or not at all."""
    if do == "cancel":
        return _wished(
            request, campaign_id, lambda: wishes.unschedule_campaign(workspace, campaign_key, viewer.actor)
        )
    if do == "now":
        return _wished(request, campaign_id, lambda: wishes.send_at_once(workspace, campaign_key, viewer.actor))
    request.state.typed = {"day": day, "time": time, "zone": zone}
    return _wished(request, campaign_id, lambda: wishes.schedule_campaign(
        workspace, campaign_key, viewer.actor, local_moment(day, time, zone)))  # fmt: skip


def _wished(request: Request, campaign_id: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except UsageError as error:
        workspace, key = workspace_of(request), request.state.campaign_key
        return _overview(request, workspace, campaign_id, key, error=str(error), status=status_of(error))
    return go_to(f"/campaigns/{campaign_id}")


def _overview(
    request: Request, workspace: Work, campaign_id: str, campaign_key: int, *, error: str = "", status: int = 200
) -> Response:
    return page(request, "overview.html", status=status, error=error, tab="overview",
                uploads=uploads_of(workspace, campaign_key)[:20],
                **about(request, workspace, campaign_id, campaign_key))  # fmt: skip


def _upload(request: Request, workspace: Work, campaign_id: str, campaign_key: int, error: str = "") -> Response:
    return page(request, "upload.html", status=422 if error else 200, error=error, tab="upload",
                megabytes=workspace.settings.server.upload_megabytes,
                uploads=uploads_of(workspace, campaign_key)[:20],
                **about(request, workspace, campaign_id, campaign_key))  # fmt: skip


def is_busy(view: Mapping[str, Any]) -> bool:
    """Whether something happens by itself."""
    return view["state"] in BUSY or bool(view["under_way"])


def about(request: Request, workspace: Work, campaign_id: str, campaign_key: int) -> dict[str, Any]:
    """What every page of a campaign shows: its state, and what the viewer may do with it."""
    viewer = request.state.viewer
    own = is_own(workspace, viewer, campaign_key)
    may = {permission.name: viewer.may(permission, own=own) for permission in Permission}
    view = campaign_view(workspace, campaign_id, campaign_key)
    usual = (view["scheduled"] or {}).get("zone") or workspace.settings.finance.time_zone or "UTC"
    typed = {
        "when": "now",
        "day": "",
        "time": "",
        "zone": usual,
        "canary": "",
        "rows": (),
        "reason": "",
        **getattr(request.state, "typed", {}),
    }
    return {"campaign": view, "may": may, "busy": is_busy(view), "zones": time_zones(), "typed": typed}


def local_moment(day: str, time: str, zone: str) -> str:
    """A time on the clock of a place, as `schedule` takes it; raises UsageError where a part is missing."""
    if not (day.strip() and time.strip()):
        raise UsageError("Choose a date and a time.")
    return f"{day.strip()}T{time.strip()}[{zone.strip()}]"
