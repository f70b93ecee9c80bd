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
from campaign_runner.entrypoints.web.access import LARGEST, This, Visit
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


def campaigns_page(visit: This, start: Start = 0) -> Response:
    """All campaigns that the viewer sees, a page of them; what waits for the viewer comes first."""
    shown = by_attention(visit.workspace, visit.viewer, start=start, limit=AT_ONCE)
    return page(visit.request, "campaigns.html", shown=shown, start=start)


def new_page(request: Request) -> Response:
    """The form for a new campaign."""
    return page(request, "new_campaign.html", error="", typed={"id": "", "name": "", "purchase_order": ""})


def create(visit: This, id: Text = "", name: Text = "", purchase_order: Text = "") -> Response:
    """Make it; then a file is uploaded."""
    typed = {"id": id.strip(), "name": name.strip(), "purchase_order": purchase_order.strip()}
    try:
        made = create_campaign(visit.workspace, visit.actor, typed)
    except UsageError as error:
        return page(visit.request, "new_campaign.html", error=str(error), typed=typed, status=status_of(error))
    return go_to(f"/campaigns/{made}/upload")


def overview(visit: This) -> Response:
    """How it stands, and what can be done."""
    return _overview(visit)


def status(visit: This, was: str = "") -> Response:
    """The status line alone, polled; of another state the page is told, a state that stays ends the polling."""
    view = campaign_view(visit.workspace, visit.campaign_id, visit.campaign_key)
    changed = bool(was) and was != view["state"]
    answer = page(visit.request, "status.html", campaign=view, changed=changed)
    if changed:
        answer.headers["HX-Trigger-After-Swap"] = "campaign-changed"
    if not is_busy(view):
        answer.status_code = POLLING_ENDS
    return answer


def upload_page(visit: This) -> Response:
    """The form for a file, and the files of before."""
    return _upload(visit)


async def upload(visit: This) -> Response:
    """Take a file in; the next page says what was found."""
    try:
        async with uploaded(visit.request) as file:
            await run_in_threadpool(take_in, visit, file, "page")
    except UsageError as error:
        return await run_in_threadpool(_upload, visit, str(error))
    return go_to(f"{visit.path}/problems")


def halt(visit: This, reason: Text = "") -> Response:
    """Nothing new leaves."""
    return _wished(visit, lambda: wishes.halt_campaign(*visit.campaign, visit.actor, reason))


def resume(visit: This) -> Response:
    """What was halted leaves again."""
    return _wished(visit, lambda: wishes.resume_campaign(*visit.campaign, visit.actor))


def withdraw(visit: This, reason: Text = "") -> Response:
    """What never left is taken back."""
    return _wished(visit, lambda: wishes.withdraw_campaign(*visit.campaign, visit.actor, reason))


def reschedule(visit: This, do: Text = "", day: Text = "", time: Text = "", zone: Text = "") -> Response:
    """Another time, at once, or not at all."""
    if do == "cancel":
        return _wished(visit, lambda: wishes.unschedule_campaign(*visit.campaign, visit.actor))
    if do == "now":
        return _wished(visit, lambda: wishes.send_at_once(*visit.campaign, visit.actor))
    visit.request.state.typed = {"day": day, "time": time, "zone": zone}
    return _wished(visit, lambda: wishes.schedule_campaign(
        *visit.campaign, visit.actor, local_moment(day, time, zone)))  # fmt: skip


def _wished(visit: Visit, act: Callable[[], object]) -> Response:
    try:
        act()
    except UsageError as error:
        return _overview(visit, error=str(error), status=status_of(error))
    return go_to(visit.path)


def _overview(visit: Visit, *, error: str = "", status: int = 200) -> Response:
    return page(visit.request, "overview.html", status=status, error=error, tab="overview",
                uploads=uploads_of(*visit.campaign)[:20],
                **about(visit))  # fmt: skip


def _upload(visit: Visit, error: str = "") -> Response:
    return page(visit.request, "upload.html", status=422 if error else 200, error=error, tab="upload",
                megabytes=visit.workspace.settings.server.upload_megabytes,
                uploads=uploads_of(*visit.campaign)[:20],
                **about(visit))  # fmt: skip


def is_busy(view: Mapping[str, Any]) -> bool:
    """Whether something happens by itself."""
    return view["state"] in BUSY or bool(view["under_way"])


def about(visit: Visit) -> dict[str, Any]:
    """What every page of a campaign shows: its state, and what the viewer may do with it."""
    viewer = visit.viewer
    own = is_own(visit.workspace, viewer, visit.campaign_key)
    may = {permission.name: viewer.may(permission, own=own) for permission in Permission}
    view = campaign_view(visit.workspace, visit.campaign_id, visit.campaign_key)
    usual = (view["scheduled"] or {}).get("zone") or visit.workspace.settings.finance.time_zone or "UTC"
    typed = {
        "when": "now",
        "day": "",
        "time": "",
        "zone": usual,
        "canary": "",
        "rows": (),
        "reason": "",
        **getattr(visit.request.state, "typed", {}),
    }
    return {"campaign": view, "may": may, "busy": is_busy(view), "zones": time_zones(), "typed": typed}


def local_moment(day: str, time: str, zone: str) -> str:
    """A time on the clock of a place, as `schedule` takes it; raises UsageError where a part is missing."""
    if not (day.strip() and time.strip()):
        raise UsageError("Choose a date and a time.")
    return f"{day.strip()}T{time.strip()}[{zone.strip()}]"
