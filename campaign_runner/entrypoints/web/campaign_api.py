"""The JSON API of campaigns: made, listed, planned, approved, sent, halted, and their rows and reports."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.decide_rows import decide_rows
from campaign_runner.app.send import send_plan
from campaign_runner.app.trial_reward import want_test_reward
from campaign_runner.app.views.campaigns import campaign_view, create_campaign, visible_campaigns
from campaign_runner.app.views.plan_rows import plan_changes, plan_lines
from campaign_runner.app.views.plan_view import ask_for_approval, plan_view
from campaign_runner.app.views.rows import row_life, rows_of
from campaign_runner.entrypoints.web.access import LARGEST, Number, This, Visit
from campaign_runner.model.errors import UsageError

PATIENCE = 30.0
# This many changed rows come with a plan; the others in pages.
CHANGES = 100
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str, Query(max_length=40)]
Text = Annotated[str, Field(max_length=2000)]


class Body(BaseModel):
    """A JSON body: what it does not know is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewCampaign(Body):
    """A campaign to be made."""

    id: Text
    name: Text = ""
    purchase_order: Text = ""
    notes: Text = ""
    settings: dict[str, Any] = Field(default_factory=dict)


class OfPlan(Body):
    """Which plan is meant, and why."""

    plan: Text
    reason: Text = ""


class Wanted(Body):
    """Which plan is to be sent, and how."""

    plan: Text
    accept: Annotated[list[Text], Field(max_length=100)] = Field(default_factory=list)
    canary: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    max_failure_rate: float | None = None
    at: Text = ""


class Reason(Body):
    """Why."""

    reason: Text = ""


class Moment(Body):
    """When: a date and a time with its time zone, such as 2026-12-15T09:00+01:00 or 2026-12-15T09:00[Europe/Berlin]."""

    at: Text


def create(visit: This, body: NewCampaign) -> Response:
    """Make a campaign."""
    made = create_campaign(visit.workspace, visit.actor, body.model_dump())
    return JSONResponse(public(campaign_view(visit.workspace, made)), 201, {"Location": f"/api/v1/campaigns/{made}"})


def listing(visit: This, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """The campaigns that you can see, the newest first."""
    shown, following = visible_campaigns(visit.workspace, visit.viewer, before=number_of(cursor) or None, limit=limit)
    return items([public(one) for one in shown], following)


def one(visit: This) -> Response:
    """One campaign with its state, rows and amounts."""
    return state_of(visit)


def plan(visit: This) -> Response:
    """What would be sent; a check under way is waited for. The plan is submitted for approval, where it needs one."""
    view = plan_view(*visit.campaign, patience=PATIENCE)
    if view["needs_approval"]:
        view = ask_for_approval(*visit.campaign, visit.actor, view["plan"])
    return JSONResponse(with_changes(visit, view))


def look_at_plan(visit: This) -> Response:
    """The plan as an approver sees it."""
    return JSONResponse(with_changes(visit, plan_view(*visit.campaign, patience=PATIENCE)))


def lines(visit: This, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """What each recipient gets by the newest plan, in the order of the rows."""
    return items(*plan_lines(*visit.campaign, start=number_of(cursor), limit=limit))


def changes(visit: This, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """The lines that are not as in the plan that was approved last: added, removed, or changed with before and after."""
    return items(*plan_changes(*visit.campaign, start=number_of(cursor), limit=limit))


def with_changes(visit: Visit, view: dict[str, Any]) -> dict[str, Any]:
    """A plan with the first rows that changed since the one that was approved last."""
    if (approved := view["diff"]["approved"]) and approved["rows"]:
        approved["changes"] = plan_changes(*visit.campaign, limit=CHANGES).rows
    return view


def test_reward(visit: This, body: OfPlan) -> Response:
    """One reward of the smallest amount of this plan to yourself, where an administrator allows it; once for each plan."""
    return JSONResponse(want_test_reward(*visit.campaign, visit.viewer, body.plan), 202)


def approve(visit: This, body: OfPlan) -> Response:
    """Approve exactly this plan."""
    return JSONResponse(decide_plan(*visit.campaign, body.plan, visit.actor))


def reject(visit: This, body: OfPlan) -> Response:
    """Reject this plan, with a reason."""
    return JSONResponse(decide_plan(*visit.campaign, body.plan, visit.actor, reject=True, reason=body.reason))


def send(visit: This, body: Wanted) -> Response:
    """Have this plan sent: at once, or `at` a time."""
    return JSONResponse(send_plan(*visit.campaign, visit.actor, body.plan, body.model_dump()), 202)


def halt(visit: This, body: Reason) -> Response:
    """Nothing new leaves until it is resumed."""
    wishes.halt_campaign(*visit.campaign, visit.actor, body.reason)
    return state_of(visit)


def resume(visit: This) -> Response:
    """What was halted leaves again."""
    wishes.resume_campaign(*visit.campaign, visit.actor)
    return state_of(visit)


def withdraw(visit: This, body: Reason) -> Response:
    """What was planned and never left is taken back."""
    return state_of(visit, says=wishes.withdraw_campaign(*visit.campaign, visit.actor, body.reason))


def schedule(visit: This, body: Moment) -> Response:
    """The first order leaves then, not before."""
    wishes.schedule_campaign(*visit.campaign, visit.actor, body.at)
    return state_of(visit)


def cancel_schedule(visit: This) -> Response:
    """A sending that is scheduled is called off: the plan is as before it was to be sent, with its approval."""
    wishes.unschedule_campaign(*visit.campaign, visit.actor)
    return state_of(visit)


def retry(visit: This) -> Response:
    """Have failed lines placed again."""
    wishes.want_retry(*visit.campaign, visit.actor)
    return state_of(visit, 202)


def release(visit: This, row: Number, body: Reason) -> Response:
    """Let a held row go."""
    return JSONResponse(decide_rows(*visit.campaign, [row], "release", body.reason, visit.actor))


def drop(visit: This, row: Number, body: Reason) -> Response:
    """A held row is never sent."""
    return JSONResponse(decide_rows(*visit.campaign, [row], "drop", body.reason, visit.actor))


def rows(
    visit: This, status: Cursor = "", q: Annotated[str, Query(max_length=200)] = "", limit: Limit = 100,
    cursor: Cursor = ""
) -> Response:  # fmt: skip
    """Rows with their status; `q` is a row number, a reference, a key, an e-mail address, a phone number or a name."""
    page = rows_of(*visit.campaign, status=status, q=q, after=number_of(cursor), limit=min(limit + 1, 500),
                    contacts=visit.contacts)  # fmt: skip
    more = len(page) > limit or len(page) == 500
    return items(page[:limit], page[:limit][-1]["row"] if more else None)


def row(visit: This, row: Number) -> Response:
    """The whole life of a row."""
    return JSONResponse(row_life(*visit.campaign, row, contacts=visit.contacts))


def reports(visit: This) -> Response:
    """The reports that you can see."""
    return items([dict(each) for each in wishes.reports_of(*visit.campaign, contacts=visit.contacts)], None)


def write_reports(visit: This) -> Response:
    """Have the reports written again."""
    wishes.want_reports(*visit.campaign, visit.actor)
    return state_of(visit, 202)


def report(visit: This, name: str) -> Response:
    """One of them."""
    kind, parts = wishes.read_report(*visit.campaign, name, contacts=visit.contacts)
    return download(kind["name"], kind["size"], parts)


# ---- what calls share ---------------------------------------------------------------------------------------------


def public(view: dict[str, Any]) -> dict[str, Any]:
    """A campaign as programs see it."""
    return {name: value for name, value in view.items() if name != "key"}


def state_of(visit: Visit, status: int = 200, **more: str) -> Response:
    """The campaign, as after a wish."""
    return JSONResponse({**public(campaign_view(visit.workspace, visit.campaign_id)), **more}, status)


def items(values: list[Any], following: object) -> Response:
    """A page of a list."""
    return JSONResponse({"items": values, "next": None if following is None else str(following)})


def number_of(cursor: str) -> int:
    """Where a page begins; raises UsageError for a cursor that is none."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise UsageError("cursor: give the `next` of the page before.")
    return int(cursor or 0)


def download(name: str, size: int, parts: Any) -> Response:
    """A file, never shown in the page."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"', "Content-Length": str(size)}
    return StreamingResponse(parts, media_type="application/octet-stream", headers=headers)
