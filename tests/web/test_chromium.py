"""The pages in a real browser: by keyboard, without scripts, on a phone, in the dark, and before axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from campaign_runner.app.accounts import users
from campaign_runner.app.accounts.sign_in import Browser, begin_session
from campaign_runner.app.workspace import open_workspace
from tests.web.chromium import DESK, PHONE, Watched, chromium, needs_chromium, served
from tests.web.conftest import PASSWORD

pytestmark = [needs_chromium, pytest.mark.no_cover]
SIGNED_OUT = ("/sign-in", "/api/docs", "/no-such-page")
SIGNED_IN = ("/campaigns", "/account", "/account/codes", "/users", "/users/tokens", "/settings", "/health", "/messages",
             "/person", "/campaigns/new")  # fmt: skip


class Place:
    """A server, a browser, and somebody who has every role."""

    def __init__(self, address, browser, folder):
        self.address, self.browser, self.folder = address, browser, folder
        with open_workspace(None, folder / "state") as workspace:
            self.user, secret = users.add_user(
                workspace, None, "ana@example.com", ["administrator", "submitter"], "Ana"
            )
            users.set_password(workspace, secret, PASSWORD)
            self.link = users.add_user(workspace, None, "bo@example.com", ["approver"])[1]

    def person(self, *, signed_in=False, **options):
        context = self.browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        if signed_in:
            with open_workspace(None, self.folder / "state") as workspace:
                secret = begin_session(workspace, self.user, Browser("127.0.0.1", "Chromium"))
            context.add_cookies([{"name": "session", "value": secret, "url": self.address}])
        return Watched(context, self.address)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with served(folder, "--no-worker") as (_, address), chromium() as browser:
        yield Place(address, browser, folder)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_somebody_signs_in_and_out(place, scripts):
    ana = place.person(java_script_enabled=scripts)
    page = ana.go("/campaigns")
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    assert page.get_by_role("status").count() == 1
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert ana.wrong == []


def test_a_wrong_password_is_said_and_the_address_stays(place):
    ana = place.person()
    page = ana.go("/sign-in")
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    assert "is wrong" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Email").input_value() == "ana@example.com"


def test_somebody_sets_their_password_by_keyboard_alone(place):
    bo = place.person()
    page = bo.go(f"/set-password/{place.link}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    for text in ("", PASSWORD):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/campaigns*")


@pytest.mark.parametrize("path", [*SIGNED_OUT, *SIGNED_IN])
@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark", "viewport": PHONE, "locale": "de-DE", "reduced_motion": "reduce"}],
    ids=["desk", "phone"],
)
def test_a_page_is_for_everybody(place, path, options):
    somebody = place.person(signed_in=path in SIGNED_IN, **options)
    somebody.go(path)
    assert somebody.violations() == []
    assert somebody.overflow() == 0
    assert [each for each in somebody.wrong if "404" not in each] == []
