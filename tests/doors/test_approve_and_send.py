"""Two people: who uploads, corrects, releases or accepts a warning never approves; what changes voids an approval."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_runner.app.audit import verify_log
from campaign_runner.app.campaign_wishes import withdraw_campaign
from campaign_runner.app.correct_cells import correct_cells
from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.campaigns import campaign_view
from campaign_runner.app.views.plan_view import accept_warning, ask_for_approval, plan_view
from campaign_runner.ledger import people
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict, Forbidden, NotFound, RefusedBeforeSending, UsageError
from campaign_runner.model.roles import Role
from tests.doors.conftest import ANA, BEN, FINN, HANNA, OTTO, WRONG, House


@pytest.fixture
def house(house: House) -> House:
    house.values["approval"] = {"required_above": {"USD": 30}}
    return house


def plan_of(house: House, key: int) -> dict[str, Any]:
    return plan_view(house.workspace, key)


def send(house: House, key: int, actor: Actor = HANNA, **options: Any) -> dict[str, Any]:
    done = send_plan(house.workspace, key, actor, plan_of(house, key)["plan"], options)
    house.work()
    return done


def approve(house: House, key: int, actor: Actor) -> None:
    decide_plan(house.workspace, key, plan_of(house, key)["plan"], actor)


def test_a_plan_that_a_second_person_approved_is_sent_once_however_often_it_is_wanted(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    ask_for_approval(house.workspace, key, HANNA)
    assert house.view()["state"] == "awaiting_approval"
    approve(house, key, FINN)
    assert house.view()["state"] == "approved"
    send(house, key)
    send(house, key)
    assert house.sent() == ["ana@example.com", "ben@example.com"]
    assert house.view()["state"] == "finished"
    assert verify_log(house.folder / "state").whole


def test_without_an_approval_nothing_is_sent(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    with pytest.raises(Forbidden, match="needs an approval"):
        send(house, key)
    assert house.sent() == []


@pytest.mark.parametrize("same", [HANNA, Actor("Hanna@Example.com", "local", "token")])
def test_who_uploaded_does_not_approve_in_whatever_way_they_sign_in(house: House, same: Actor) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    with pytest.raises(Forbidden, match="second person"):
        approve(house, key, same)


def test_who_corrected_a_cell_does_not_approve_nor_who_uploaded_the_file_before(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN, WRONG)
    cell = {"row": 4, "field": "E-mail", "value": "cleo@example.com"}
    correct_cells(house.workspace, key, 1, [cell], FINN, "page")
    house.work()
    for actor in (FINN, HANNA):
        with pytest.raises(Forbidden, match="second person"):
            approve(house, key, actor)
    approve(house, key, OTTO)
    assert verify_log(house.folder / "state").whole


def test_who_accepted_a_warning_does_not_approve_and_an_approval_of_before_counts_no_more(house: House) -> None:
    house.values["preflight"] = {"unusual": "ask"}
    key = house.campaign()
    rows = [f"{n},EMAIL,A{n},B{n},p{n}@example.com,U561593,{500 if n == 6 else 5}" for n in range(1, 7)]
    house.submit(key, *rows)
    approve(house, key, FINN)
    with pytest.raises(RefusedBeforeSending, match="10 times"):
        send(house, key)
    accept_warning(house.workspace, key, plan_of(house, key)["plan"], "amount", FINN)
    assert plan_of(house, key)["approval"]["state"] == "open"
    with pytest.raises(Forbidden, match="does not count"):
        send(house, key)
    approve(house, key, OTTO)
    send(house, key)
    assert len(house.sent()) == 6


def test_a_correction_voids_the_approval_and_the_old_plan_is_a_conflict(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    plan = plan_of(house, key)["plan"]
    approve(house, key, FINN)
    correct_cells(house.workspace, key, 1, [{"row": 2, "field": "amount", "value": "26"}], HANNA, "page")
    with pytest.raises(Conflict, match="being checked"):
        send_plan(house.workspace, key, HANNA, plan, {})
    house.work()
    with pytest.raises(Conflict, match="not the newest"):
        send_plan(house.workspace, key, HANNA, plan, {})
    with pytest.raises(Conflict, match="not the newest"):
        decide_plan(house.workspace, key, plan, FINN)
    assert plan_of(house, key)["diff"]["approved"]["more"] == {"USD": "1.00"}


def test_a_rejection_that_comes_after_send_was_wanted_stops_it(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    approve(house, key, FINN)
    plan = plan_of(house, key)["plan"]
    send_plan(house.workspace, key, HANNA, plan, {})
    decide_plan(house.workspace, key, plan, FINN, reject=True, reason="Wrong quarter")
    house.work()
    assert house.sent() == []
    assert "Wrong quarter" in house.view()["refused"]


def test_who_approved_may_also_say_send(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    approve(house, key, FINN)
    send(house, key, FINN)
    assert len(house.sent()) == 2


def test_a_small_plan_needs_no_approval(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA)
    assert plan_of(house, key)["needs_approval"] is False
    send(house, key)
    assert house.sent() == ["ana@example.com"]


def test_a_rejection_wants_a_reason_and_a_plan_wants_an_upload(house: House) -> None:
    key = house.campaign()
    with pytest.raises(NotFound, match="Upload a spreadsheet"):
        plan_view(house.workspace, key)
    house.submit(key, ANA, BEN)
    with pytest.raises(UsageError, match="reason"):
        decide_plan(house.workspace, key, plan_of(house, key)["plan"], FINN, reject=True, reason=" ")


def test_whom_the_submitter_made_an_approver_that_day_does_not_approve(house: House) -> None:
    with house.workspace.ledger(HANNA).write("test") as connection:
        people.add(connection, "finn@example.com", "", [Role.APPROVER], house.workspace.at())
    key = house.campaign()
    house.submit(key, ANA, BEN)
    with pytest.raises(Forbidden, match="was made an approver"):
        approve(house, key, FINN)
    approve(house, key, OTTO)


@pytest.mark.parametrize("at", ["", "2026-12-15T09:00[Europe/Berlin]"])
def test_what_is_withdrawn_before_a_worker_planned_it_is_not_sent_until_somebody_says_so_again(
    house: House, at: str
) -> None:
    key = house.campaign()
    house.submit(key, ANA)
    plan = plan_view(house.workspace, key)["plan"]
    send_plan(house.workspace, key, HANNA, plan, {"at": at})
    assert "nothing was sent" in withdraw_campaign(house.workspace, key, HANNA, "Wrong month")
    house.work()
    assert (campaign_view(house.workspace, "q4")["state"], house.sent()) == ("ready", [])
    assert verify_log(house.workspace.state).whole
    send_plan(house.workspace, key, HANNA, plan, {})
    house.work()
    assert house.sent() == ["ana@example.com"]
