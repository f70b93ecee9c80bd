"""Signing in at an identity provider: discovery, PKCE, roles from a claim, sign-out, and what is not believed."""

from __future__ import annotations

import time

import httpx
import pytest

from campaign_runner.app.accounts.users import find_user, list_users
from campaign_runner.app.workspace import open_workspace
from tests.web.chromium import DESK, Watched, chromium, needs_chromium, served
from tests.web.conftest import Site
from tests.web.provider import CLIENT, SECRET, running


@pytest.fixture
def provider():
    with running() as made:
        yield made


@pytest.fixture
def site(provider, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OIDC_CLIENT_SECRET", SECRET)
    (tmp_path / "workspace.toml").write_text(
        f'[server.oidc]\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
        'roles = { HR = ["submitter"], Controlling = ["approver", "finance"] }\n',
        "utf-8",
    )
    with open_workspace(None, tmp_path / "state") as workspace:
        yield Site(workspace)


def go(browser, next="/campaigns"):
    """To the provider and back; the last answer."""
    there = browser.get(f"/sign-in/provider?next={next}")
    assert there.status_code == 303, there.text
    back = httpx.get(there.headers["Location"]).headers["Location"]
    return browser.get(back.removeprefix("http://127.0.0.1"))


def test_the_group_of_a_person_is_their_role(site, provider):
    browser = site.browser()
    answer = go(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/campaigns")
    assert browser.get("/campaigns").status_code == 200
    assert find_user(site.workspace, "ana@example.com").roles == {"submitter"}


def test_roles_follow_the_groups_at_the_next_sign_in(site, provider):
    go(site.browser())
    provider.person["groups"] = ["Controlling", "Canteen"]
    go(site.browser())
    assert find_user(site.workspace, "ana@example.com").roles == {"approver", "finance"}


def test_who_has_no_group_with_a_role_gets_in_nowhere(site, provider):
    provider.person["groups"] = ["Canteen"]
    answer = go(site.browser())
    assert answer.status_code == 403
    assert "has no role here" in answer.text
    assert list_users(site.workspace) == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"aud": "another client"},
        {"iss": "https://evil.example.com"},
        {"exp": int(time.time()) - 3600},
        {"nonce": "x"},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_not_believed(site, provider, spoil):
    provider.spoil = spoil
    assert go(site.browser()).status_code == 503
    assert list_users(site.workspace) == []


def test_a_token_of_another_key_is_not_believed(site, provider):
    provider.foreign_key = True
    assert go(site.browser()).status_code == 503


def test_an_address_that_is_not_verified_opens_nobodys_account(site, provider):
    site.account("ana@example.com", "administrator")
    provider.person["email_verified"] = False
    assert go(site.browser()).status_code == 403
    assert find_user(site.workspace, "ana@example.com").roles == {"administrator"}


def test_a_sign_in_that_another_browser_began_is_refused(site, provider):
    there = site.browser().get("/sign-in/provider")
    back = httpx.get(there.headers["Location"]).headers["Location"].removeprefix("http://127.0.0.1")
    assert site.browser().get(back).status_code == 422
    assert list_users(site.workspace) == []


def test_a_code_is_used_once(site, provider):
    browser = site.browser()
    back = httpx.get(browser.get("/sign-in/provider").headers["Location"]).headers["Location"]
    path = back.removeprefix("http://127.0.0.1")
    state = browser.cookies.get("sign-in-state")
    assert browser.get(path).status_code == 303
    browser.cookies.set("sign-in-state", state, domain="127.0.0.1", path="/sign-in")
    assert browser.get(path).status_code == 422


def test_signing_out_ends_the_session_there_as_well(site, provider):
    browser = site.browser()
    go(browser)
    answer = browser.post("/sign-out")
    assert answer.headers["Location"].startswith(f"{provider.issuer}/sign-out?")
    assert "id_token_hint" in answer.headers["Location"]
    assert browser.get("/campaigns").status_code == 303


def test_a_provider_that_does_not_answer_is_said_to_and_nobody_is_locked_out(site, provider):
    site.workspace.settings.server.oidc.__dict__["issuer"] = "http://127.0.0.1:9"
    assert site.browser().get("/sign-in/provider").status_code == 503
    assert "Password" in site.browser().get("/sign-in").text


@needs_chromium
@pytest.mark.no_cover
@pytest.mark.slow
def test_a_browser_goes_to_the_provider_and_back_and_out_of_both(provider, site, tmp_path):
    with (
        served(tmp_path, "--no-worker", OIDC_CLIENT_SECRET=SECRET) as (_, address),
        chromium() as browser,
    ):
        person = Watched(browser.new_context(viewport=DESK, locale="en-GB"), address)
        page = person.go("/campaigns")
        page.get_by_role("link", name="Sign in with your company account").click()
        page.get_by_role("link", name="New campaign").first.wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Password").wait_for()
        assert page.url == f"{address}/sign-in"
        assert [each for each in person.wrong if not each.startswith(provider.issuer)] == []
