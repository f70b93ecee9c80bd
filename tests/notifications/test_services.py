"""Mail by SMTP to each person, and a plain `run` by cron that tells people by itself."""

from __future__ import annotations

import time

from campaign_runner.app.accounts.users import add_user
from campaign_runner.app.views.plan_view import ask_for_approval
from tests.doors.conftest import ANA, FINN, HANNA

PAUL = "1,EMAIL,Paul,Roe,paul@example.com,,U561593,25"


def mailing(mail):
    return f"mailto://127.0.0.1:{mail.port}?from=rewards@example.com&to={{email}}"


def test_each_approver_gets_a_mail_in_their_language_but_not_who_submitted(house, told, mail):
    for email in ("hanna@example.com", "finn@example.com", "otto@example.com"):
        add_user(house.workspace, FINN, email, ["approver", "submitter"])
    told.environ["NOTIFY_APPROVERS"] = mailing(mail)
    house.values["notify"] = {"language": "de"}
    key = house.campaign()
    house.submit(key, ANA)
    house.work()
    ask_for_approval(house.workspace, key, HANNA)
    assert told.tell() == 2
    assert sorted(each["To"] for each in mail.mails) == ["finn@example.com", "otto@example.com"]
    assert "25.00 USD" in mail.mails[0]["Subject"]
    assert mail.mails[0].get_content_type() == "text/plain"


def test_where_nobodys_address_is_known_that_is_said(house, told, mail):
    told.environ["NOTIFY_APPROVERS"] = mailing(mail)
    key = house.campaign()
    house.submit(key, ANA)
    house.work()
    ask_for_approval(house.workspace, key, HANNA)
    assert told.tell() == 0
    assert "no e-mail address is known" in trouble(house)


def trouble(house):
    from campaign_runner.ledger import outbox

    with house.workspace.ledger().read() as connection:
        return outbox.troubled(connection)[0][2]


def test_a_plain_run_tells_at_its_end_and_a_repeated_run_says_nothing(office, web, monkeypatch):
    monkeypatch.setenv("NOTIFY_FINANCE", f"json://{web.address}/finance")
    path = office.file(PAUL)
    for _ in range(3):
        assert office.run(path).exit_code == 0
    assert len(web.taken) == 1
    assert b"25.00 USD" in web.taken[0][3]


def test_a_service_that_cannot_be_reached_changes_nothing_about_a_run(office, monkeypatch):
    monkeypatch.setenv("NOTIFY_FINANCE", "json://127.0.0.1:9/finance")
    began = time.monotonic()
    assert office.run(office.file(PAUL)).exit_code == 0
    assert time.monotonic() - began < 30
