"""Messages on the pages: administrators see what was sent and what was not; a link leads to exactly one plan."""

from __future__ import annotations

from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.notify import Notifier, deliver
from tests.doors.conftest import ANA, BEN, HANNA
from tests.web.journeys import begun, hanna, house, site

__all__ = ["hanna", "house", "site"]
DOOR = "browser"


def halted(site, hanna):
    begun(site, hanna, ANA)
    space = site.workspace
    halt_campaign(space.runtime(space.key_of("q4"), HANNA, space.state), "wrong amounts")
    environ = {"NOTIFY_OPERATORS": "json://127.0.0.1:9/secret-token"}
    deliver(Notifier(space.ledger(), space.settings, space.clock, "", environ), "")


def test_an_administrator_sees_what_could_not_be_sent_and_why(site, hanna):
    halted(site, hanna)
    admin = site.browser("admin@example.com", "administrator")
    assert 'href="/messages"' in admin.get("/health").text
    page = admin.get("/messages").text
    assert "operators 1" in page
    assert "could not be reached" in page
    assert "secret-token" not in page
    (row,) = admin.get("/api/v1/messages").json()["items"]
    assert (row["kind"], row["state"], row["campaign"]) == ("halted", "waiting", "q4")
    assert hanna.get("/messages").status_code == 403


def test_a_link_to_a_plan_that_is_not_the_newest_any_more_says_so(site, hanna):
    begun(site, hanna, ANA, BEN)
    assert "The plan of your link was replaced" in hanna.get("/campaigns/q4/plan?plan=0123").text
    assert "The plan of your link was replaced" not in hanna.get("/campaigns/q4/plan").text
