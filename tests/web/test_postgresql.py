"""Two servers side by side on one PostgreSQL: one account, one session, one count of tries, one answer for a key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign_runner import settings
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns
from tests.web.conftest import Site


@pytest.fixture
def two(server, tmp_path, monkeypatch):
    monkeypatch.setenv("CAMPAIGN_RUNNER__LEDGER__URL", server.database())
    made = [Site(Workspace(settings.load(None, "workspace"), tmp_path / str(number))) for number in (1, 2)]
    yield made
    for site in made:
        site.workspace.close()


def test_a_session_of_one_server_is_one_of_the_other(two):
    one, other = two
    ana = one.browser("ana@example.com", "administrator")
    elsewhere = other.browser()
    elsewhere.cookies = ana.cookies
    assert "ana@example.com" in elsewhere.get("/users").text
    ana.post("/sign-out")
    assert elsewhere.get("/users").status_code == 303


def test_twenty_tries_at_once_on_both_are_no_more_than_the_free_ones(two):
    two[0].account("ana@example.com", "submitter")

    def guess(number):
        form = {"email": "ana@example.com", "password": f"guess {number}"}
        return two[number % 2].browser().post("/sign-in", data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(20)))
    assert statuses.count(401) <= 6
    assert set(statuses) == {401, 429}


def test_one_key_sent_to_both_at_once_makes_one_campaign(two):
    programs = [two[0].program("ana@example.com", "submitter"), two[1].program("ana@example.com")]

    def make(number):
        key = {"Idempotency-Key": "make-q4"}
        return programs[number % 2].post("/api/v1/campaigns", json={"id": "q4"}, headers=key).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(make, range(8)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    with two[0].workspace.ledger().read() as connection:
        assert len(campaigns.listing(connection)) == 1


def test_both_servers_give_the_same_figures(two):
    two[0].program("ana@example.com", "submitter").post("/api/v1/campaigns", json={"id": "q4"})
    answers = [site.browser().get("/metrics") for site in two]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert 'campaign_runner_campaigns{environment="simulator"} 1\n' in answers[0].text
