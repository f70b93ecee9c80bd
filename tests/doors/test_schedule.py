"""Send at a time, on the clock of a place; another time, at once, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app.audit import verify_log
from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.schedule import moment_of
from campaign_runner.app.send import send_plan
from campaign_runner.app.steps import plan_approval
from campaign_runner.app.submissions import submit_file
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.ledger import jobs
from campaign_runner.model.errors import Conflict, UsageError
from tests.doors.conftest import ANA, BEN, FINN, HANNA, HEADERS, House

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-01-15T09:00[Europe/Berlin]", "2027-01-15T08:00+00:00"),
        ("2027-07-15T09:00[Europe/Berlin]", "2027-07-15T07:00+00:00"),
        ("2027-07-15T09:00[America/New_York]", "2027-07-15T13:00+00:00"),
        ("2027-03-28T03:30[Europe/Berlin]", "2027-03-28T01:30+00:00"),
    ],
)
def test_a_time_on_the_clock_of_a_place_is_a_moment_also_in_summer(text: str, utc: str) -> None:
    assert moment_of(text, NOW)[0] == datetime.fromisoformat(utc)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2027-03-28T02:30[Europe/Berlin]", "28 Mar 2027, 02:30 does not exist in Europe/Berlin"),
        ("2027-10-31T02:30[Europe/Berlin]", "31 Oct 2027, 02:30 comes twice in Europe/Berlin"),
        ("2027-03-14T02:30[America/New_York]", "does not exist"),
        ("2027-01-15T09:00[Berlin]", "Berlin is not a time zone"),
        ("2027-01-15T09:00[../etc/passwd]", "is not a time zone"),
        ("2027-01-15T09:00+01:00[Europe/Berlin]", "give the time zone once"),
        ("T[Europe/Berlin]", "give a date and a time"),
        ("9999-12-31T23:59-23:59", "give a date and a time"),
        ("9999-12-31T23:59[America/New_York]", "give a date and a time"),
        ("2026-11-27T10:00[Europe/Berlin]", "has passed"),
    ],
)
def test_a_time_that_is_no_moment_or_two_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        moment_of(text, NOW)


def scheduled(house: House, *rows: str) -> int:
    house.values["approval"] = {"required_above": {"USD": 1}}
    key = house.campaign()
    house.submit(key, *rows)
    plan = str(plan_view(house.workspace, key)["plan"])
    decide_plan(house.workspace, key, plan, FINN)
    send_plan(house.workspace, key, HANNA, plan, {"at": "2999-01-15T09:00[Europe/Berlin]"})
    return key


@pytest.mark.parametrize("planned", [True, False], ids=["planned already", "not yet"])
def test_what_is_called_off_is_as_before_with_its_approval_and_is_sent_once_later(house: House, planned: Any) -> None:
    key = scheduled(house, ANA, BEN)
    if planned:
        house.work()
    assert house.view()["scheduled"] == {"at": "2999-01-15T08:00:00+00:00", "zone": "Europe/Berlin"}
    wishes.unschedule_campaign(house.workspace, key, HANNA)
    house.work()
    assert (house.view()["state"], house.sent()) == ("approved", [])
    send_plan(house.workspace, key, HANNA, str(plan_view(house.workspace, key)["plan"]), {})
    house.work()
    assert sorted(house.sent()) == ["ana@example.com", "ben@example.com"]
    assert house.view()["ties_out"]
    assert verify_log(house.folder / "state").differences == ()


def test_what_is_called_off_while_a_worker_plans_it_is_not_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, judged = scheduled(house, ANA), plan_approval.require_approval

    def meanwhile(*given: Any) -> str:
        wishes.unschedule_campaign(house.workspace, key, HANNA)
        return judged(*given)

    monkeypatch.setattr("campaign_runner.app.steps.write_plan.require_approval", meanwhile)
    house.work()
    assert (house.view()["state"], house.sent()) == ("approved", [])


def test_what_is_scheduled_is_sent_at_once_or_at_another_time(house: House) -> None:
    key = scheduled(house, ANA)
    wishes.schedule_campaign(house.workspace, key, HANNA, "2998-07-01T10:00[Europe/Lisbon]")
    house.work()
    assert (house.view()["scheduled"]["zone"], house.sent()) == ("Europe/Lisbon", [])
    wishes.send_at_once(house.workspace, key, HANNA)
    house.work()
    assert house.sent() == ["ana@example.com"]
    for act in (wishes.send_at_once, wishes.unschedule_campaign):
        with pytest.raises(Conflict, match="Nothing of this campaign is scheduled"):
            act(house.workspace, key, HANNA)
    with house.workspace.ledger().read() as connection:
        assert not jobs.is_any_due(connection)


@pytest.mark.parametrize("worked", [True, False])
def test_a_file_that_came_after_one_was_scheduled_stays_the_newest_when_the_schedule_is_cancelled(
    house: House, worked: bool
) -> None:
    key = scheduled(house, ANA, BEN)
    if worked:
        house.work()
    path = house.folder / "later.csv"
    path.write_text(f"{HEADERS}\n{BEN}\n", "utf-8")
    submit_file(house.workspace, key, path, path.name, HANNA, "page")
    house.work()
    assert (bool(house.view()["under_way"]), bool(house.view()["scheduled"])) == (True, True)
    wishes.unschedule_campaign(house.workspace, key, HANNA)
    house.work()
    assert (house.newest(key).name, house.sent()) == ("later.csv", [])
    assert (plan_view(house.workspace, key)["lines"], house.view()["under_way"]) == (1, None)
    assert verify_log(house.folder / "state").differences == ()
