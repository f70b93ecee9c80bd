"""What a plain run, a worker that looks around, and a failing Tango tell."""

from __future__ import annotations

import json

import pytest

from campaign_runner.app.notify import notify_job
from campaign_runner.model.errors import NeedsApproval, RefusedBeforeSending
from campaign_runner.notification.texts import why
from campaign_runner.placement.send_batch import STOPS
from tests.doors.conftest import ANA

PAUL = "1,EMAIL,Paul,Roe,paul@example.com,,U561593,25"


def texts(web):
    return [(path, each["title"], each["message"])
            for _, path, _, body in web.taken for each in [json.loads(body)]]  # fmt: skip


@pytest.fixture
def audiences(web, monkeypatch):
    for name in ("submitter", "approvers", "finance", "operators"):
        monkeypatch.setenv(f"NOTIFY_{name.upper()}", f"json://{web.address}/{name}")


@pytest.mark.usefixtures("audiences")
def test_a_run_that_nobody_approved_yet_asks_the_approvers_once_with_the_command(office, web):
    office.values["approval"] = {"required_above": {"USD": 20}}
    path = office.file(PAUL)
    for _ in range(2):
        with pytest.raises(NeedsApproval):
            office.run(path)
    ((where, title, text),) = texts(web)
    assert (where, title) == ("/approvers", "Approval needed: q4, 25.00 USD")
    assert "campaign-runner approve q4 --plan " in text


@pytest.mark.usefixtures("audiences")
def test_finance_is_told_once_a_day_that_funds_are_short(office, web):
    office.tango.change(accounts={"acme-account": {"cents": 100}})
    path = office.file(PAUL)
    for _ in range(2):
        with pytest.raises(RefusedBeforeSending):
            office.run(path)
    ((where, title, text),) = texts(web)
    assert (where, title) == ("/finance", "Not enough funds: q4")
    assert "acme-account" in text


@pytest.mark.usefixtures("audiences")
def test_finance_is_told_in_german_what_is_missing(office, web):
    office.values["notify"] = {**office.values.get("notify", {}), "language": "de"}
    office.tango.change(accounts={"acme-account": {"cents": 100}})
    with pytest.raises(RefusedBeforeSending):
        office.run(office.file(PAUL))
    ((_, title, text),) = texts(web)
    assert title == "Guthaben reicht nicht: q4"
    assert "Das Konto acme-account hat 1,00 USD, dieser Plan braucht aber " in text
    assert not [word for word in ("The ", "but ", "missing", "Recharge", "sent.") if word in text]


@pytest.mark.usefixtures("audiences")
def test_submitter_and_operators_are_told_that_tango_stopped_a_run_in_our_own_words(office, web):
    office.values["preflight"] = {"funds": "off"}
    office.tango.change(accounts={"acme-account": {"status": "FROZEN"}})
    path = office.file(PAUL)
    for _ in range(2):
        office.run(path)
    assert [where for where, _, _ in texts(web)] == ["/submitter", "/operators"]
    _, title, text = texts(web)[0]
    assert title == "Sending has stopped: q4"
    assert "Why: Tango refuses this account or its credentials" in text


@pytest.mark.usefixtures("audiences")
def test_a_worker_tells_operators_what_fails_and_everybody_what_is_open_once_a_day(house, web):
    house.values["notify"] = {"digest": "07:00", "to": {"digest": ["finance"]}}
    house.campaign()
    house.submit(house.workspace.key_of("q4"), ANA)
    with house.workspace.ledger().write("test") as connection:
        connection.exec_driver_sql("INSERT INTO jobs (kind, key, wanted, wanted_at, due_at, failures, error) "
                                   "VALUES ('report', '1', 1, '', 9e12, 3, 'ana@example.com')")  # fmt: skip
    for _ in range(2):
        notify_job(house.workspace, "")
    assert [(where, title) for where, title, _ in texts(web)] == [
        ("/operators", "Attention needed: job report"), ("/finance", "Daily summary, 2026-11-22"),
    ]  # fmt: skip
    assert not any("ana@example.com" in text for _, _, text in texts(web))


def test_who_uploaded_a_file_that_cannot_be_used_is_told(house, told):
    house.submit(house.campaign(), headers="Nothing,That,Is,Known")
    told.tell()
    ((who, title, text),) = told.messages()
    assert (who, title) == ("submitter", "Rows need correction: q4")
    assert "cannot be used as it is" in text


def test_every_reason_why_tango_stops_a_run_is_told_in_german():
    assert [text for text in STOPS.values() if why(text, "de") == text] == []
