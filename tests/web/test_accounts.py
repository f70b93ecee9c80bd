"""Sessions, tokens, one-time codes, languages and accounts, as people use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text

from campaign_runner.app.accounts.sign_in import actor_of
from campaign_runner.app.accounts.users import disable_user, find_user
from campaign_runner.app.jobs import work_once
from campaign_runner.app.views.audit_view import verify
from campaign_runner.app.views.campaigns import create_campaign
from campaign_runner.app.workspace import Workspace
from campaign_runner.model.roles import Permission
from tests.web.conftest import PASSWORD


def test_a_session_ends_without_use_and_at_the_latest_after_twelve_hours(timed):
    idle, busy = timed.browser("ana@example.com", "submitter"), timed.browser("ana@example.com")
    for _ in range(14):
        timed.workspace.clock.at += timedelta(minutes=50)
        answers = busy.get("/account").status_code, timed.workspace.clock.at.hour
    assert answers[0] == 200
    assert idle.get("/account").status_code == 303
    timed.workspace.clock.at += timedelta(minutes=50)
    assert busy.get("/account").status_code == 303


def test_somebody_sees_their_sessions_and_ends_the_others(site):
    here, there = site.browser("ana@example.com", "submitter"), site.browser("ana@example.com")
    assert here.get("/account").text.count("End session") == 1
    assert here.post("/account/sessions/end").status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)


def test_a_token_is_shown_once_works_and_is_revoked(site):
    ana = site.browser("ana@example.com", "submitter")
    text = ana.post("/account/tokens", data={"name": "nightly", "expires": "7d"}).text
    token = text.partition("<code>crt_")[2].partition("</code>")[0]
    program = site.browser()
    program.headers["Authorization"] = f"Bearer crt_{token}"
    assert program.get("/campaigns").status_code == 200
    assert token not in ana.get("/account").text
    ana.post("/account/tokens/1/revoke")
    assert program.get("/campaigns").status_code == 303


def test_a_token_is_over_when_its_time_is(timed):
    program = timed.program("ana@example.com", "submitter")
    assert program.get("/campaigns").status_code == 200
    timed.workspace.clock.at += timedelta(days=91)
    assert program.get("/campaigns").status_code == 303


def test_with_one_time_codes_a_password_alone_opens_nothing(timed):
    ana = timed.browser("ana@example.com", "approver")
    key = ana.get("/account/codes").text.partition('name="key" value="')[2].partition('"')[0]
    code = pyotp.TOTP(key)
    ana.post("/account/codes", data={"key": key, "code": code.at(timed.workspace.clock.at)})
    browser = timed.browser()
    page = browser.post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD})
    assert "One-time code" in page.text
    assert browser.get("/account").status_code == 303
    used = browser.post("/sign-in/code", data={"code": code.at(timed.workspace.clock.at)})
    timed.workspace.clock.at += timedelta(seconds=30)
    fresh = browser.post("/sign-in/code", data={"code": code.at(timed.workspace.clock.at)})
    assert (used.status_code, fresh.status_code) == (401, 303)
    assert browser.get("/account").status_code == 200


def test_who_approves_needs_codes_where_the_settings_say_so(site, monkeypatch):
    from campaign_runner.app.accounts import viewer
    from campaign_runner.app.accounts.sign_in import viewer_of_session
    from campaign_runner.model.errors import Forbidden

    monkeypatch.setenv("CAMPAIGN_RUNNER__SERVER__CODES_FOR_APPROVERS", "true")
    from campaign_runner import settings

    strict = Workspace(settings.load(None, "workspace"), site.workspace.state)
    somebody = viewer_of_session(strict, site.browser("ana@example.com", "approver").cookies["session"])
    assert somebody
    with pytest.raises(Forbidden, match="one-time code"):
        viewer.require(strict, somebody, Permission.APPROVE)


def test_a_user_that_the_administrator_adds_gets_a_link_that_works(site):
    root = site.browser("root@example.com", "administrator")
    form = {"email": "bo@example.com", "name": "Bo", "role": ["approver", "finance"]}
    text = root.post("/users", data=form).text
    link = text.partition("<code>http://127.0.0.1")[2].partition("</code>")[0]
    assert site.browser().post(link, data={"password": PASSWORD}).status_code == 303
    assert find_user(site.workspace, "bo@example.com").roles == {"approver", "finance"}


@pytest.mark.parametrize("password", ["short", "password123", "aaaaaaaaaaaa"])
def test_a_password_that_is_easy_to_guess_is_refused_and_the_link_still_works(site, password):
    root = site.browser("root@example.com", "administrator")
    text = root.post("/users", data={"email": "bo@example.com", "role": "auditor"}).text
    link = text.partition("<code>http://127.0.0.1")[2].partition("</code>")[0]
    assert site.browser().post(link, data={"password": password}).status_code == 422
    assert site.browser().get(link).status_code == 200


def test_the_language_is_the_browsers_until_somebody_chooses(site):
    ana = site.browser("ana@example.com", "submitter")
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    assert "Kampagnen" in ana.get("/campaigns", headers=german).text
    ana.post("/language", data={"language": "en", "next": "/campaigns"})
    assert "Campaigns" in ana.get("/campaigns", headers=german).text
    assert find_user(site.workspace, "ana@example.com").language == "en"


def test_every_account_event_is_in_the_audit_log_without_secrets(site):
    root = site.browser("root@example.com", "administrator")
    root.post("/users", data={"email": "bo@example.com", "role": "auditor"})
    for do in ("link", "disable", "enable"):
        root.post("/users/change", data={"email": "bo@example.com", "do": do})
    root.post("/account/tokens", data={"name": "nightly"})
    kinds = [kind for kind, _ in site.events()]
    for kind in ("user added", "signed in", "password link made", "user disabled", "user enabled", "token created"):
        assert kind in kinds
    assert "argon2" not in str(site.events())


def test_a_campaign_that_is_shared_is_seen_and_worked_on_until_it_is_not_shared_any_more(site):
    ana, bo = site.browser("ana@example.com", "submitter"), site.browser("bo@example.com", "submitter")
    ana.post("/campaigns/new", data={"id": "q4"})
    assert bo.get("/campaigns/q4/upload").status_code == 404
    ana.post("/campaigns/q4/sharing", data={"email": "bo@example.com"})
    assert bo.get("/campaigns/q4/upload").status_code == 200
    assert "q4" in bo.get("/campaigns").text
    ana.post("/campaigns/q4/sharing", data={"email": "bo@example.com", "do": "unshare"})
    assert bo.get("/campaigns/q4/upload").status_code == 404
    assert {"campaign shared", "campaign no longer shared"} <= {kind for kind, _ in site.events()}


def test_sharing_does_not_say_who_has_an_account(site):
    ana = site.browser("ana@example.com", "submitter")
    site.account("fin@example.com", "finance")
    ana.post("/campaigns/new", data={"id": "q4"})
    answers = [
        ana.post("/campaigns/q4/sharing", data={"email": email}) for email in ("fin@example.com", "no@example.com")
    ]
    texts = {each.text.replace(who, "").replace(each.headers["X-Request-Id"], "") for each, who in
             zip(answers, ("fin@example.com", "no@example.com"), strict=True)}  # fmt: skip
    assert len(texts) == 1


def test_the_settings_are_shown_with_their_source_and_no_secret(site, monkeypatch):
    monkeypatch.setenv("TANGO_PLATFORM_KEY", "very secret")
    text = site.browser("root@example.com", "administrator").get("/settings").text
    assert "tango.environment" in text
    assert "very secret" not in text


def test_health_says_what_doctor_finds(site):
    root = site.browser("root@example.com", "administrator")
    assert "All is well" in root.get("/health").text
    assert "events form one unbroken chain" in root.post("/health").text


def test_metrics_are_for_this_machine_or_an_administrator(site):
    assert "campaign_runner_users 0\n" in site.browser().get("/metrics").text
    assert site.browser().get("/readyz").json() == {"ready": True, "ledger": "ok", "worker": "ok", "Tango": "ok"}


def test_figures_are_not_for_whoever_comes_through_a_proxy_that_nobody_named(site):
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert site.browser().get("/metrics", headers={header: "203.0.113.9"}).status_code == 401


def test_the_api_document_and_its_page_need_nothing_from_the_network(site):
    text = site.browser().get("/api/docs").text
    assert "API documentation" in text
    assert "http://127.0.0.1/api/v1/campaigns" in text
    assert site.browser().get("/api/openapi.json").json()["openapi"].startswith("3.1")


def test_a_long_list_of_campaigns_comes_in_pages_and_none_is_missing(site):
    ana, bo = (site.account(email, "submitter") for email in ("ana@example.com", "bo@example.com"))
    for number in range(120):
        create_campaign(site.workspace, actor_of(bo if number % 3 == 0 else ana), {"id": f"c{number}"})
    browser, seen, path = site.browser("ana@example.com"), set(), "/campaigns"
    while path:
        text = browser.get(path).text
        seen |= set(re.findall(r"/campaigns/(c\d+)\"", text))
        following = re.search(r'href="(\?start=\d+)[^"]*">Next page<', text)
        path = f"/campaigns{following[1]}" if following else ""
    assert seen == {f"c{number}" for number in range(120) if number % 3}


def test_somebody_changes_their_password_with_the_present_one_and_other_sessions_end(site):
    here, there = site.browser("ana@example.com", "submitter"), site.browser("ana@example.com")
    new = "nine dry umbrellas"
    wrong = here.post("/account/password", data={"password": "not this one", "new_password": new})
    assert (wrong.status_code, "is wrong" in wrong.text) == (401, True)
    assert here.post("/account/password", data={"password": PASSWORD, "new_password": "short"}).status_code == 422
    assert here.post("/account/password", data={"password": PASSWORD, "new_password": new}).status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)
    assert ("password changed", {"user": "ana@example.com"}) in site.events()
    signed_in = site.browser().post("/sign-in", data={"email": "ana@example.com", "password": new})
    assert signed_in.status_code == 303


@pytest.mark.parametrize(
    ("by_hand", "what"),
    [
        ("UPDATE users SET roles = 'administrator'", "account ana@example.com: its roles"),
        ("UPDATE users SET disabled_at = ''", "account ana@example.com: its roles"),
        ("UPDATE tokens SET revoked_at = ''", "API token 1: its roles"),
        ("DELETE FROM tokens", "API token 1 is missing"),
    ],
)
def test_an_account_or_a_token_that_is_changed_by_hand_is_found_by_verifying_the_log(site, by_hand, what):
    site.program("ana@example.com", "submitter", "approver")
    site.browser("ana@example.com").post("/account/tokens/1/revoke")
    disable_user(site.workspace, None, "ana@example.com")
    assert verify(site.workspace)["differences"] == []
    with site.workspace.ledger().write("by hand") as connection:
        connection.execute(text(by_hand))
    assert [one for one in verify(site.workspace)["differences"] if one.startswith(what)]


def test_an_administrator_has_the_catalogue_fetched_by_a_worker(site):
    root = site.browser("root@example.com", "administrator")
    assert "None is stored yet" in root.get("/health").text
    root.post("/health/catalogue")
    assert "It is being fetched." in root.get("/health").text
    while work_once(site.workspace):
        pass
    assert "fetched on" in root.get("/health").text
    assert [kind for kind, _ in site.events() if "catalogue" in kind] == [
        "catalogue refresh wanted",
        "catalogue refreshed",
    ]
