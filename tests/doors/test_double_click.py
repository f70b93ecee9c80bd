"""A double click on PostgreSQL, where two wishes run at once: one sending, one test reward, and no fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.send import send_plan
from campaign_runner.app.trial_reward import want_test_reward
from campaign_runner.app.views.plan_view import ask_for_approval, plan_view
from campaign_runner.ledger import events
from campaign_runner.model.roles import Role
from tests.doors.conftest import ANA, HANNA, House

VIEWER = Viewer(1, HANNA.user, "Hanna Berg", frozenset({Role.SUBMITTER}), HANNA)


@pytest.mark.parametrize("wish", ["sending wanted", "test reward wanted", "approval asked"])
def test_a_double_click_is_one_wish(house: House, server: Any, wish: str) -> None:
    house.values |= {"ledger": {"url": server.database()}, "server": {"test_reward": True}}
    key = house.campaign()
    house.submit(key, ANA)
    plan = str(plan_view(house.workspace, key)["plan"])

    def click(_: int) -> Any:
        if wish == "sending wanted":
            return send_plan(house.workspace, key, HANNA, plan, {})
        if wish == "approval asked":
            return ask_for_approval(house.workspace, key, HANNA, plan)["asked_at"]
        return want_test_reward(house.workspace, key, VIEWER, plan)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(8)))
    assert all(answer == answers[0] for answer in answers)
    with house.workspace.ledger().read() as connection:
        assert len(list(events.of_kinds(connection, key, wish))) == 1
