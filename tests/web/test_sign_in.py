"""Signing in: with a password that a link set, and out again."""

from __future__ import annotations

from campaign_runner.app.accounts.users import add_user, set_up_secret
from tests.web.conftest import PASSWORD


def test_the_set_up_link_makes_the_first_administrator_once(site):
    link, browser = f"/set-password/{set_up_secret(site.workspace)}", site.browser()
    first = {"email": "Root@example.com", "password": PASSWORD}
    assert "first administrator" in browser.get(link).text
    assert browser.post(link, data=first).status_code == 303
    assert browser.get("/campaigns").status_code == 200
    assert site.browser().post(link, data=first).status_code == 404
    assert set_up_secret(site.workspace) == ""


def test_a_link_sets_the_password_once(site):
    _, secret = add_user(site.workspace, None, "ana@example.com", ["submitter"])
    browser = site.browser()
    assert "ana@example.com" in browser.get(f"/set-password/{secret}").text
    assert browser.post(f"/set-password/{secret}", data={"password": PASSWORD}).headers["Location"] == "/"
    assert browser.get("/campaigns").status_code == 200
    assert browser.get(f"/set-password/{secret}").status_code == 404


def test_who_is_not_signed_in_is_asked_to_and_comes_back(site):
    site.account("ana@example.com", "submitter")
    browser = site.browser()
    assert browser.get("/campaigns").headers["Location"] == "/sign-in?next=/campaigns"
    answer = browser.post("/sign-in", data={"email": "ANA@example.com ", "password": PASSWORD, "next": "/campaigns"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/campaigns")


def test_signing_out_ends_the_session_in_the_ledger(site):
    browser = site.browser("ana@example.com", "submitter")
    cookies = browser.cookies
    assert browser.post("/sign-out").status_code == 303
    browser.cookies = cookies
    assert browser.get("/campaigns").status_code == 303
