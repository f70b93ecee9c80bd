"""Held rows are decided about while the campaign is sent: nobody waits, and what is under way goes on as approved."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import pytest

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app import release
from campaign_runner.app.decide_rows import decide_rows
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.model.errors import UsageError
from tests.doors.conftest import ANA, BEN, HANNA, House

TWICE = "4,EMAIL,Ana,Silva,ana@example.com,U561593,25"


def send(house: House, key: int) -> None:
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()


@pytest.fixture
def key(house: House) -> int:
    """A plan that is written down and halted, before anything left; row 4 is held."""
    key = house.campaign(settings={"identity": {"key": ["Employee ID"]}})
    house.submit(key, ANA, BEN, TWICE)
    wishes.halt_campaign(house.workspace, key, HANNA, "a look at the amounts")
    send(house, key)
    assert house.sent() == []
    return key


@pytest.mark.parametrize("decision", ["release", "drop"])
def test_a_row_is_decided_about_while_a_run_holds_the_campaign(house: House, key: int, decision: str) -> None:
    with house.workspace.ledger().hold("simulator-q4"):
        assert decide_rows(house.workspace, key, [4], decision, "two awards", HANNA)["upload"] == 2


@pytest.mark.parametrize("decision", ["release", "drop"])
def test_what_is_under_way_is_sent_as_it_was_approved(house: House, key: int, decision: str) -> None:
    decide_rows(house.workspace, key, [4], decision, "two awards", HANNA)
    wishes.resume_campaign(house.workspace, key, HANNA)
    house.work()
    assert sorted(house.sent()) == ["ana@example.com", "ben@example.com"]
    assert not house.view()["refused"], house.view()


def test_a_row_that_was_released_meanwhile_is_sent_with_the_next_plan(house: House, key: int) -> None:
    decide_rows(house.workspace, key, [4], "release", "two awards", HANNA)
    house.work()
    next_plan = plan_view(house.workspace, key)["plan"]
    wishes.resume_campaign(house.workspace, key, HANNA)
    house.work()
    send_plan(house.workspace, key, HANNA, next_plan, {})
    house.work()
    assert sorted(house.sent()) == ["ana@example.com", "ana@example.com", "ben@example.com"]
    assert (house.view()["state"], house.view()["rows"]["completed"]) == ("finished", 3)


def test_a_row_that_was_planned_meanwhile_is_not_dropped(
    house: House, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide_rows(house.workspace, key, [4], "release", "two awards", HANNA)
    house.work()

    def sent_meanwhile(*_: object) -> AbstractContextManager[None]:
        monkeypatch.undo()
        wishes.resume_campaign(house.workspace, key, HANNA)
        send(house, key)
        return nullcontext()

    monkeypatch.setattr(release, "_held_where_planned", sent_meanwhile)
    with pytest.raises(UsageError, match=r"Row 4 of .* is not held any more"):
        decide_rows(house.workspace, key, [4], "drop", "entered twice", HANNA)
    assert len(house.sent()) == 3
