"""Who is told of what happened, in which words, once."""

from __future__ import annotations

import pytest

from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.plan_view import ask_for_approval, plan_view
from campaign_runner.notification.kinds import KINDS
from campaign_runner.notification.texts import TEXTS
from tests.doors.conftest import ANA, BEN, FINN, HANNA, WRONG


def test_approvers_are_told_with_a_link_to_exactly_that_plan(house, told):
    key = house.campaign()
    house.submit(key, ANA, BEN)
    house.work()
    plan = plan_view(house.workspace, key)["plan"]
    ask_for_approval(house.workspace, key, HANNA, plan)
    told.tell()
    ((who, title, text),) = told.messages()
    assert (who, title) == ("approvers", "Approval needed: q4, 35.50 USD")
    assert f"https://rewards.example.com/campaigns/q4/plan?plan={plan}" in text
    assert "ana@example.com" not in text


def test_who_submitted_is_told_that_the_plan_was_rejected_and_why(house, told):
    key = house.campaign()
    house.submit(key, ANA)
    house.work()
    decide_plan(house.workspace, key, plan_view(house.workspace, key)["plan"], FINN, reject=True, reason="too much")
    told.tell()
    ((who, title, text),) = told.messages()
    assert (who, title) == ("submitter", "Plan rejected: q4")
    assert "finn@example.com rejected" in text
    assert "Reason: too much" in text


def test_who_uploaded_is_told_that_rows_need_correction_without_personal_data(house, told):
    house.submit(house.campaign(), ANA, WRONG)
    house.work()
    told.tell()
    ((who, title, text),) = told.messages()
    assert (who, title) == ("submitter", "Rows need correction: q4")
    assert "Rejected: 1" in text
    assert "https://rewards.example.com/campaigns/q4/problems" in text
    assert not any(word in text for word in ("Cleo", "cleo", "Ana"))


def test_submitter_and_finance_are_told_once_that_it_is_finished_with_its_figures(house, told):
    key = house.campaign()
    house.submit(key, ANA, BEN)
    house.work()
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    for _ in range(3):
        house.work()
        told.tell()
    assert [(who, title) for who, title, _ in told.messages()] == [
        ("submitter", "Finished: q4"), ("finance", "Finished: q4"),
    ]  # fmt: skip
    text = told.messages()[0][2]
    assert "Completed: 2" in text
    assert "Completed: 35.50 USD" in text
    assert "agree to the cent" in text


def test_whoever_is_named_in_the_settings_is_told_in_their_language(house, told):
    house.values["notify"] = {"to": {"halted": ["finance"]}, "language": "de"}
    key = house.campaign()
    halt_campaign(house.workspace.runtime(key, HANNA, house.folder), "wrong amounts")
    told.tell()
    ((who, title, text),) = told.messages()
    assert (who, title) == ("finance", "Versand gestoppt: q4")
    assert "Grund: wrong amounts" in text


@pytest.mark.parametrize("language", TEXTS)
def test_there_are_words_for_everything_that_people_are_told(language):
    assert set(TEXTS[language]) == {kind for kind, row in KINDS.items() if row.to} | {"test"}
