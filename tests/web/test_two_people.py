"""Two people, by every way in: a link to exactly one plan, and whoever tries to get round the second person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from campaign_runner.app.approve import approve_plan
from campaign_runner.app.release import RowsAsked, decide
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import UsageError
from tests.doors.conftest import ANA, BEN, HANNA
from tests.web.conftest import PASSWORD
from tests.web.journeys import begun, csv, finn, hanna, house, plan, site, work

__all__ = ["finn", "hanna", "house", "site"]
DOOR = "browser"


@pytest.fixture
def asked(site, hanna):
    begun(site, hanna, ANA, BEN)
    wanted = plan(hanna)
    hanna.post("/campaigns/q4/plan", data={"do": "ask", "plan": wanted})
    return wanted


def approvals(site):
    return [data for kind, data in site.events() if kind == "plan approved"]


def test_whoever_notifies_finds_the_plan_and_the_upload_in_the_log(site, asked):
    assert ("approval asked", {"plan": asked, "number": 1}) in site.events()


def test_a_link_to_a_plan_leads_there_after_signing_in(site, asked):
    site.account("finn@example.com", "approver")
    link, browser = f"/campaigns/q4/plan?plan={asked}", site.browser()
    first = browser.get(link)
    assert first.headers["Location"] == f"/sign-in?next={quote(link)}"
    form = browser.get(first.headers["Location"]).text
    assert f'name="next" value="{link}"' in form
    answer = browser.post("/sign-in", data={"email": "finn@example.com", "password": PASSWORD, "next": link})
    assert answer.headers["Location"] == link
    assert "was replaced" not in browser.get(link).text


def test_a_link_to_a_plan_that_was_replaced_says_so(site, hanna, finn, asked):
    hanna.post("/campaigns/q4/upload", files=csv(ANA))
    work(site)
    assert "The plan of your link was replaced" in finn.get(f"/campaigns/q4/plan?plan={asked}").text
    answer = finn.post("/campaigns/q4/decision", data={"do": "approve", "plan": asked})
    assert (answer.status_code, approvals(site)) == (409, [])


def test_two_approvals_at_once_are_two_decisions_and_one_sending(site, hanna, finn, asked):
    others = [finn, site.browser("fred@example.com", "approver")]
    with ThreadPoolExecutor(2) as pool:
        form = {"do": "approve", "plan": asked}
        answers = list(pool.map(lambda one: one.post("/campaigns/q4/decision", data=form), others))
    assert {answer.status_code for answer in answers} == {303}
    with ThreadPoolExecutor(4) as pool:
        send = {"do": "send", "plan": asked, "when": "now"}
        list(pool.map(lambda _: hanna.post("/campaigns/q4/plan", data=send), range(4)))
    assert [kind for kind, _ in site.events()].count("sending wanted") == 1
    work(site)
    assert len(site.house.sent()) == 2


def test_a_plan_is_not_approved_while_its_file_is_corrected(site, hanna, finn, asked):
    fields = {"value:0": "7", "was:0": "25", "row:0": "2", "field:0": "amount"}
    hanna.post("/campaigns/q4/uploads/1/cells", data=fields)
    answer = finn.post("/campaigns/q4/decision", data={"do": "approve", "plan": asked})
    assert (answer.status_code, approvals(site)) == (409, [])


@pytest.mark.parametrize("act", ["uploaded", "corrected", "accepted a warning", "released"])
def test_whoever_had_a_part_approves_neither_in_the_page_nor_with_a_token(site, hanna, act):
    both = site.browser("both@example.com", "submitter", "approver")
    begun(site, both if act == "uploaded" else hanna, ANA, *([ANA] if act == "released" else []), BEN)
    key = site.workspace.key_of("q4")
    actor = Actor("both@example.com", "local", "session")
    if act == "corrected":
        from campaign_runner.app.correct_cells import correct_cells

        correct_cells(site.workspace, key, 1, [{"row": 2, "field": "amount", "value": "30"}], actor, "page")
    if act == "released":
        runtime = site.workspace.runtime(key, actor, site.house.folder)
        decide(runtime, RowsAsked((3,)), "release", "Two awards")
        hanna.post("/campaigns/q4/upload", files=csv(ANA, ANA, BEN))
    if act == "accepted a warning":
        from campaign_runner.ledger.participants import accept

        with site.workspace.ledger(actor).write("test") as connection:
            accept(connection, key, plan(hanna), "ten-times-usual", site.workspace.at())
    work(site)
    wanted = plan(both)
    answers = [both.post("/campaigns/q4/decision", data={"do": "approve", "plan": wanted}),
               site.program("both@example.com").post("/api/v1/campaigns/q4/approve", json={"plan": wanted})]  # fmt: skip
    assert {answer.status_code for answer in answers} == {403}
    assert approvals(site) == []


@pytest.mark.parametrize("identity", ["", "signed-in"])
def test_the_command_line_approves_for_nobody_who_did_not_sign_in(site, hanna, finn, asked, identity):
    site.house.values["approval"]["identity"] = identity
    runtime = site.workspace.runtime(site.workspace.key_of("q4"), Actor("root", "pc-1"), site.house.folder)
    for name in ("finn@example.com", HANNA.user, "somebody"):
        with pytest.raises(UsageError, match="did not sign in"):
            approve_plan(runtime, asked, name)
    assert approvals(site) == []
