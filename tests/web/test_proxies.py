"""Behind a proxy: what it says counts, and what others say in its name does not; and bodies that are slow."""

from __future__ import annotations

import asyncio

import pytest

from campaign_runner import settings
from campaign_runner.app.workspace import Workspace
from campaign_runner.entrypoints.web.defences import BoundedBody
from tests.web.conftest import PASSWORD, Site

FORWARDED = {"Host": "rewards.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9, 10.0.0.5"}


@pytest.fixture
def site(site, monkeypatch):
    monkeypatch.setenv("CAMPAIGN_RUNNER__SERVER__PROXIES", '["127.0.0.1", "10.0.0.0/8"]')
    monkeypatch.setenv("CAMPAIGN_RUNNER__SERVER__HOSTS", '["rewards.example.com"]')
    return Site(Workspace(settings.load(None, "workspace"), site.workspace.state))


def test_behind_tls_the_cookie_is_secure_and_browsers_are_told_to_stay_with_tls(site):
    site.account("ana@example.com", "submitter")
    answer = site.browser().post(
        "/sign-in", data={"email": "ana@example.com", "password": PASSWORD}, headers=FORWARDED
    )
    assert answer.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_page_of_a_proxied_name_may_send_forms(site):
    here = {**FORWARDED, "Origin": "https://rewards.example.com"}
    form = {"email": "nobody@example.com", "password": "x"}
    assert site.browser().post("/sign-in", data=form, headers=here).status_code == 401
    other = {**FORWARDED, "Origin": "http://rewards.example.com"}
    assert site.browser().post("/sign-in", data=form, headers=other).status_code == 403


def test_the_address_is_the_one_that_the_proxy_saw_not_one_that_was_made_up(site):
    site.account("ana@example.com", "submitter")
    made_up = {**FORWARDED, "X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.0.0.5"}
    browser, form = site.browser(), {"email": "ana@example.com", "password": PASSWORD}
    assert browser.post("/sign-in", data=form, headers=made_up, base="https://rewards.example.com").status_code == 303
    text = browser.get("/account", headers=made_up, base="https://rewards.example.com").text
    assert "203.0.113.9" in text
    assert "198.51.100.1" not in text


def test_a_body_that_comes_too_slowly_ends():
    async def never():
        await asyncio.sleep(60)

    async def read():
        return await BoundedBody({"type": "http", "headers": []}, never, 1000, 0.01)()

    assert asyncio.run(read()) == {"type": "http.disconnect"}


def test_a_body_that_is_larger_than_it_said_ends():
    async def more():
        return {"type": "http.request", "body": b"a" * 600, "more_body": True}

    async def read():
        body = BoundedBody({"type": "http", "headers": []}, more, 1000, 5)
        return [(await body())["type"] for _ in range(2)]

    assert asyncio.run(read()) == ["http.request", "http.disconnect"]
