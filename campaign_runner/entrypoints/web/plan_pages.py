"""What would be sent, who approves, and when does it leave?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Query
from fastapi.responses import Response

from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.map_columns import field_titles
from campaign_runner.app.send import send_plan
from campaign_runner.app.trial_reward import test_reward_of, want_test_reward
from campaign_runner.app.views.plan_rows import MOST, plan_changes, plan_lines, upload_changes
from campaign_runner.app.views.plan_view import accept_warning, ask_for_approval, plan_view
from campaign_runner.entrypoints.web.access import LARGEST, This, Visit
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_pages import about, local_moment
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import CampaignRunnerError, FileUnusable, RefusedBeforeSending, UsageError

Text = Annotated[str, Form()]
Named = Annotated[str, Query(max_length=64)]
Start = Annotated[int, Query(ge=0, le=LARGEST)]
TOLD = (UsageError, FileUnusable, RefusedBeforeSending)


def plan_page(visit: This, lines: Start = 0, changes: Start = 0, plan: Named = "") -> Response:
    """The plan of the newest upload; `lines`, `changes`: from where these lists are shown; `plan`: the one of a link."""
    return _plan(visit, lines=lines, changes=changes, meant=plan)


def changes_page(visit: This, number: int, start: Start = 0) -> Response:
    """Which rows of an upload are not as in the one before it."""
    says, changes = upload_changes(*visit.campaign, number, start=start, contacts=visit.contacts)
    return page(visit.request, "upload_changes.html", tab="problems", says=says, changes=changes, start=start, titles={},
                number_of=number, **about(visit))  # fmt: skip


def act(
    visit: This, do: Text = "", plan: Text = "", warning: Text = "", canary: Text = "", when: Text = "",
    day: Text = "", time: Text = "", zone: Text = ""
) -> Response:  # fmt: skip
    """Submit for approval, accept a warning, or send; a time that is refused stays as it was typed."""
    later = {"when": when, "day": day, "time": time, "zone": zone} if when == "later" else {}
    visit.request.state.typed = {**later, "canary": canary}
    try:
        if do == "ask":
            ask_for_approval(*visit.campaign, visit.actor, plan)
        elif do == "accept":
            accept_warning(*visit.campaign, plan, warning, visit.actor)
        elif do == "send":
            at, first = local_moment(day, time, zone) if when == "later" else "", canary.strip()
            if first and not (first.isascii() and first.isdecimal() and len(first) < 10):
                raise UsageError(f'"{first[:20]}" is not a number of rows that go first. Type a number, such as 10.')
            send_plan(*visit.campaign, visit.actor, plan, {"at": at, "canary": int(first or 0)})
            return go_to(visit.path)
    except TOLD as error:
        return _plan(visit, error)
    return go_to(f"{visit.path}/plan")


def send_me_a_test(visit: This, plan: Text = "") -> Response:
    """One reward of the smallest amount to whoever is signed in."""
    try:
        want_test_reward(*visit.campaign, visit.viewer, plan)
    except TOLD as error:
        return _plan(visit, error)
    return go_to(f"{visit.path}/plan")


def decide(visit: This, do: Text = "", plan: Text = "", reason: Text = "") -> Response:
    """Approve or reject exactly the plan that was shown."""
    try:
        decide_plan(*visit.campaign, plan, visit.actor, reject=do == "reject", reason=reason)
    except TOLD as error:
        return _plan(visit, error)
    return go_to(f"{visit.path}/plan")


def _plan(
    visit: Visit, error: CampaignRunnerError | None = None, *, lines: int = 0, changes: int = 0, meant: str = ""
) -> Response:
    shared = about(visit)
    values: dict[str, Any] = {"plan": None, "why": ""}
    try:
        values = {
            "plan": plan_view(*visit.campaign), "titles": field_titles(visit.workspace), "most": MOST,
            "lines": plan_lines(*visit.campaign, start=lines, contacts=visit.contacts), "lines_from": lines,
            "changes": plan_changes(*visit.campaign, start=changes, contacts=visit.contacts), "changes_from": changes,
        }  # fmt: skip
        values["trial"] = test_reward_of(*visit.campaign, visit.viewer, values["plan"]["plan"])
    except TOLD as refused:
        values["why"] = str(refused)
    values |= {
        "contacts": visit.contacts,
        "trials": visit.workspace.settings.server.test_reward,
        "meant": meant,
        "error": str(error or ""),
    }
    return page(visit.request, "plan.html", status=status_of(error) if error else 200, tab="plan", **values, **shared)
