"""Send me a test: one real reward of the smallest amount, once for each person and plan, in no books."""

from __future__ import annotations

import json

import pytest

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.audit import verify_log
from campaign_runner.app.send import send_plan
from campaign_runner.app.trial_reward import test_reward_of as reward_of
from campaign_runner.app.trial_reward import want_test_reward as want
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.ledger import events, trial_rewards
from campaign_runner.model.errors import Conflict, StateError, UsageError
from campaign_runner.model.roles import Role
from tests.doors.conftest import ANA, BEN, HANNA, House

pytestmark = pytest.mark.usefixtures("every_report")

VIEWER = Viewer(1, HANNA.user, "Hanna Berg", frozenset({Role.SUBMITTER}), HANNA)


@pytest.fixture
def key(house: House) -> int:
    house.values["server"] = {"test_reward": True}
    key = house.campaign()
    house.submit(key, ANA, BEN)
    return key


def plan_of(house: House, key: int) -> str:
    return str(plan_view(house.workspace, key)["plan"])


def test_the_smallest_reward_goes_to_whoever_asks_once_however_often_they_ask(house: House, key: int) -> None:
    plan = plan_of(house, key)
    for _ in range(2):
        want(house.workspace, key, VIEWER, plan)
        house.work()
    (order,) = house.tango.orders()
    (line,) = json.loads(order.body)["lineItems"]
    assert (line["amount"], line["utid"], line["recipient"]["email"]) == (10.5, "U561593", HANNA.user)
    found = reward_of(house.workspace, key, VIEWER, plan)
    assert found
    assert (found["state"], found["amount"], found["currency"]) == ("sent", "10.50", "USD")
    want(house.workspace, key, Viewer(2, "otto@example.com", "", VIEWER.roles, HANNA), plan)
    house.work()
    assert house.sent() == [HANNA.user, "otto@example.com"]


def test_it_is_written_down_before_it_leaves_and_is_in_the_log_without_the_address(house: House, key: int) -> None:
    plan = plan_of(house, key)
    reference = want(house.workspace, key, VIEWER, plan)["reference"]
    with house.workspace.ledger().read() as connection:
        before = trial_rewards.find(connection, reference)
    assert before
    assert (before.state, HANNA.user.encode() in before.body, house.sent()) == ("wanted", True, [])
    house.work()
    with house.workspace.ledger().read() as connection:
        after = trial_rewards.find(connection, reference)
        logged = list(events.of_kinds(connection, key, "test reward wanted", "test reward sent"))
    assert after
    assert (after.state, after.body) == ("sent", b"")
    assert [event["data"]["reference"] for event in logged] == [reference] * 2
    assert HANNA.user not in str([event["data"] for event in logged])
    assert logged[0]["actor"] == HANNA
    assert verify_log(house.folder / "state").differences == ()


def test_the_campaign_is_sent_after_it_and_its_books_know_nothing_of_it(house: House, key: int) -> None:
    plan = plan_of(house, key)
    want(house.workspace, key, VIEWER, plan)
    house.work()
    send_plan(house.workspace, key, HANNA, plan, {})
    house.work()
    assert house.view()["amounts"]["USD"]["total"] == "35.50"
    assert house.view()["rows"]["completed"] == house.view()["rows"]["total"] == 2
    assert house.view()["ties_out"]


def test_a_worker_that_died_after_sending_it_is_followed_by_one_that_sends_the_same_bytes(
    house: House, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(*_: object) -> None:
        raise StateError("The power went.")

    want(house.workspace, key, VIEWER, plan_of(house, key))
    with monkeypatch.context() as patched:
        patched.setattr(trial_rewards, "settle", died)
        with pytest.raises(StateError):
            house.work()
    with house.workspace.ledger().write("its lease ran out") as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = 0")
    house.work()
    assert house.sent() == [HANNA.user]
    found = reward_of(house.workspace, key, VIEWER, plan_of(house, key))
    assert found
    assert found["state"] == "sent"


def test_it_is_refused_where_nobody_allowed_it_or_the_plan_is_another(house: House, key: int) -> None:
    with pytest.raises(Conflict, match="not the newest plan"):
        want(house.workspace, key, VIEWER, "0" * 64)
    object.__setattr__(house.workspace, "settings", house.workspace.settings.model_copy(
        update={"server": house.workspace.settings.server.model_copy(update={"test_reward": False})}))  # fmt: skip
    with pytest.raises(UsageError, match="not allowed here"):
        want(house.workspace, key, VIEWER, plan_of(house, key))
