"""The JSON API of campaigns: made, listed, planned, approved, sent, halted, and their rows and reports."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app.accounts.viewer import sees_contacts
from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.decide_rows import decide_rows
from campaign_runner.app.send import send_plan
from campaign_runner.app.trial_reward import want_test_reward
from campaign_runner.app.views.campaigns import campaign_view, create_campaign, visible_campaigns
from campaign_runner.app.views.plan_rows import plan_changes, plan_lines
from campaign_runner.app.views.plan_view import ask_for_approval, plan_view
from campaign_runner.app.views.rows import row_life, rows_of
from campaign_runner.entrypoints.web.access import LARGEST, CampaignKey, Number, Who, Work
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


def create(workspace: Work, viewer: Who, body: NewCampaign) -> Response:
    """Make a campaign."""
    made = create_campaign(workspace, viewer.actor, body.model_dump())
    return JSONResponse(public(campaign_view(workspace, made)), 201, {"Location": f"/api/v1/campaigns/{made}"})


def listing(workspace: Work, viewer: Who, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """The campaigns that you can see, the newest first."""
    shown, following = visible_campaigns(workspace, viewer, before=number_of(cursor) or None, limit=limit)
    return items([public(one) for one in shown], following)


def one(workspace: Work, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """One campaign with its state, rows and amounts."""
    return JSONResponse(public(campaign_view(workspace, campaign_id)))


def plan(workspace: Work, campaign_key: CampaignKey, viewer: Who) -> Response:
    """What would be sent; a check under way is waited for. The plan is submitted for approval, where it needs one."""
    view = plan_view(workspace, campaign_key, patience=PATIENCE)
    if view["needs_approval"]:
        view = ask_for_approval(workspace, campaign_key, viewer.actor, view["plan"])
    return JSONResponse(with_changes(workspace, campaign_key, view))


def look_at_plan(workspace: Work, campaign_key: CampaignKey) -> Response:
    """The plan as an approver sees it."""
    return JSONResponse(with_changes(workspace, campaign_key, plan_view(workspace, campaign_key, patience=PATIENCE)))


def lines(workspace: Work, campaign_key: CampaignKey, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """What each recipient gets by the newest plan, in the order of the rows."""
    return items(*plan_lines(workspace, campaign_key, start=number_of(cursor), limit=limit))


def changes(workspace: Work, campaign_key: CampaignKey, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """The lines that are not as in the plan that was approved last: added, removed, or changed with before and after."""
    return items(*plan_changes(workspace, campaign_key, start=number_of(cursor), limit=limit))


def with_changes(workspace: Work, campaign_key: int, view: dict[str, Any]) -> dict[str, Any]:
    """A plan with the first rows that changed since the one that was approved last."""
    if (approved := view["diff"]["approved"]) and approved["rows"]:
        approved["changes"] = plan_changes(workspace, campaign_key, limit=CHANGES).rows
    return view


def test_reward(workspace: Work, campaign_key: CampaignKey, viewer: Who, body: OfPlan) -> Response:
    """One reward of the smallest amount of this plan to yourself, where an administrator allows it; once for each plan."""
    return JSONResponse(want_test_reward(workspace, campaign_key, viewer, body.plan), 202)


def approve(workspace: Work, campaign_key: CampaignKey, viewer: Who, body: OfPlan) -> Response:
    """Approve exactly this plan."""
    return JSONResponse(decide_plan(workspace, campaign_key, body.plan, viewer.actor))


def reject(workspace: Work, campaign_key: CampaignKey, viewer: Who, body: OfPlan) -> Response:
    """Reject this plan, with a reason."""
    return JSONResponse(
        decide_plan(workspace, campaign_key, body.plan, viewer.actor, reject=True, reason=body.reason)
    )


def send(workspace: Work, campaign_key: CampaignKey, viewer: Who, body: Wanted) -> Response:
    """Have this plan sent: at once, or `at` a time."""
    return JSONResponse(send_plan(workspace, campaign_key, viewer.actor, body.plan, body.model_dump()), 202)


def halt(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who, body: Reason) -> Response:
    """Nothing new leaves until it is resumed."""
    wishes.halt_campaign(workspace, campaign_key, viewer.actor, body.reason)
    return state_of(workspace, campaign_id)


def resume(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who) -> Response:
    """What was halted leaves again."""
    wishes.resume_campaign(workspace, campaign_key, viewer.actor)
    return state_of(workspace, campaign_id)


def withdraw(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who, body: Reason) -> Response:
    """What was planned and never left is taken back."""
    says = wishes.withdraw_campaign(workspace, campaign_key, viewer.actor, body.reason)
    return JSONResponse({**public(campaign_view(workspace, campaign_id)), "says": says})


def schedule(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who, body: Moment) -> Response:
    """The first order leaves then, not before."""
    wishes.schedule_campaign(workspace, campaign_key, viewer.actor, body.at)
    return state_of(workspace, campaign_id)


def cancel_schedule(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who) -> Response:
    """A sending that is scheduled is called off: the plan is as before it was to be sent, with its approval."""
    wishes.unschedule_campaign(workspace, campaign_key, viewer.actor)
    return state_of(workspace, campaign_id)


def retry(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who) -> Response:
    """Have failed lines placed again."""
    wishes.want_retry(workspace, campaign_key, viewer.actor)
    return JSONResponse(public(campaign_view(workspace, campaign_id)), 202)


def release(workspace: Work, campaign_key: CampaignKey, viewer: Who, row: Number, body: Reason) -> Response:
    """Let a held row go."""
    return JSONResponse(decide_rows(workspace, campaign_key, [row], "release", body.reason, viewer.actor))


def drop(workspace: Work, campaign_key: CampaignKey, viewer: Who, row: Number, body: Reason) -> Response:
    """A held row is never sent."""
    return JSONResponse(decide_rows(workspace, campaign_key, [row], "drop", body.reason, viewer.actor))


def rows(
    workspace: Work, campaign_key: CampaignKey, viewer: Who, status: Cursor = "",
    q: Annotated[str, Query(max_length=200)] = "", limit: Limit = 100, cursor: Cursor = "",
) -> Response:  # fmt: skip
    """Rows with their status; `q` is a row number, a reference, a key, an e-mail address, a phone number or a name."""
    contacts = sees_contacts(workspace, viewer, campaign_key)
    page = rows_of(workspace, campaign_key, status=status, q=q, after=number_of(cursor), limit=min(limit + 1, 500),
                    contacts=contacts)  # fmt: skip
    more = len(page) > limit or len(page) == 500
    return items(page[:limit], page[:limit][-1]["row"] if more else None)


def row(workspace: Work, campaign_key: CampaignKey, viewer: Who, row: Number) -> Response:
    """The whole life of a row."""
    contacts = sees_contacts(workspace, viewer, campaign_key)
    return JSONResponse(row_life(workspace, campaign_key, row, contacts=contacts))


def reports(workspace: Work, campaign_key: CampaignKey, viewer: Who) -> Response:
    """The reports that you can see."""
    contacts = sees_contacts(workspace, viewer, campaign_key)
    return items([dict(each) for each in wishes.reports_of(workspace, campaign_key, contacts=contacts)], None)


def write_reports(workspace: Work, campaign_id: str, campaign_key: CampaignKey, viewer: Who) -> Response:
    """Have the reports written again."""
    wishes.want_reports(workspace, campaign_key, viewer.actor)
    return JSONResponse(public(campaign_view(workspace, campaign_id)), 202)


def report(workspace: Work, campaign_key: CampaignKey, viewer: Who, name: str) -> Response:
    """One of them."""
    contacts = sees_contacts(workspace, viewer, campaign_key)
    kind, parts = wishes.read_report(workspace, campaign_key, name, contacts=contacts)
    return download(kind["name"], kind["size"], parts)


# ---- what calls share ---------------------------------------------------------------------------------------------


def public(view: dict[str, Any]) -> dict[str, Any]:
    """A campaign as programs see it."""
    return {name: value for name, value in view.items() if name != "key"}


def state_of(workspace: Work, campaign_id: str) -> Response:
    """The campaign after a wish."""
    return JSONResponse(public(campaign_view(workspace, campaign_id)))


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
