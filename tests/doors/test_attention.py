"""What needs attention first: over all pages of the list, for the role of whoever looks, and fast."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.views.campaigns import by_attention
from campaign_runner.app.views.plan_view import ask_for_approval, plan_view
from campaign_runner.model.actor import Actor
from campaign_runner.model.campaign_state import WAITS_FOR, CampaignState, _what, attention
from campaign_runner.model.roles import Role
from tests.doors.conftest import ANA, HANNA, WRONG, House


def viewer(email: str, *roles: Role) -> Viewer:
    return Viewer(1, email, "", frozenset(roles), Actor(email, "local", "session"))


def view(state: str, *, refused: str = "", failed: int = 0, by: str = "hanna@example.com") -> dict[str, Any]:
    return {"state": state, "refused": refused, "rows": {"failed": failed}, "submitters": [by]}


def test_an_approver_sees_what_awaits_them_first_also_where_it_is_old(house: House) -> None:
    house.values["approval"] = {"required_above": {"USD": 1}}
    key = house.campaign("oldest")
    house.submit(key, ANA)
    ask_for_approval(house.workspace, key, HANNA, str(plan_view(house.workspace, key)["plan"]))
    for number in range(5):
        house.campaign(f"draft-{number}")
    house.submit(house.workspace.key_of("draft-3"), WRONG)
    shown = by_attention(house.workspace, viewer("finn@example.com", Role.APPROVER), limit=2)
    assert ([one["id"] for one in shown.waiting], shown.number_waiting, shown.number) == (["oldest"], 1, 6)
    assert shown.following == 2
    shown = by_attention(house.workspace, viewer("hanna@example.com", Role.SUBMITTER), limit=2)
    assert [one["id"] for one in shown.waiting] == ["draft-3"]


@pytest.mark.parametrize("role", Role)
def test_what_waits_for_a_role_comes_before_all_else(role: Role) -> None:
    views = [view(state) for state in CampaignState] + [
        view("ready", refused="No funds."),
        view("finished", failed=1),
    ]
    views.sort(key=lambda one: attention(one, [role], "finn@example.com"))
    number = len(WAITS_FOR[role])
    assert tuple(map(_what, views))[:number] == WAITS_FOR[role]


def test_whoever_brought_a_file_is_not_asked_to_approve_it() -> None:
    mine = view("awaiting_approval", by="finn@example.com")
    assert attention(mine, [Role.APPROVER], "finn@example.com")[0]


def test_four_hundred_campaigns_take_no_more_questions_than_two(house: House) -> None:
    def questions() -> int:
        asked: list[str] = []
        note = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(Engine, "before_cursor_execute", note)
        by_attention(house.workspace, viewer("finn@example.com", Role.APPROVER))
        event.remove(Engine, "before_cursor_execute", note)
        return len(asked)

    key = house.campaign("first")
    house.submit(key, ANA, WRONG)
    house.campaign("second")
    few = questions()
    same = "environment, customer, account, endpoint, created_at, settings"
    copy = f"INSERT INTO campaigns (campaign_id, {same}) SELECT :name, {same} FROM campaigns WHERE id = :key"
    with house.workspace.ledger().write("test") as connection:
        connection.execute(text(copy), [{"name": f"c{number}", "key": key} for number in range(400)])
    assert 0 < questions() == few
