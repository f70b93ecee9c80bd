"""What scripts add to an upload and to waiting, in a real browser: progress, an error in place, the focus that stays."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from campaign_runner.app.accounts import users
from campaign_runner.app.accounts.sign_in import Browser, begin_session
from campaign_runner.app.workspace import open_workspace
from tests.web.chromium import DESK, PHONE, Watched, chromium, needs_chromium, served

pytestmark = [needs_chromium, pytest.mark.no_cover, pytest.mark.slow]
FILE = (
    "Persno,First name,Surnam,Email,Delivery method,UTID,Amount,Delivery date\n"
    "1,Ana,Silva,ana@example.com,EMAIL,U561593,25.00,31 12 26\n"
    "2,Ben,Okafor,ben@@example.com,EMAIL,Amazzon,50.00,\n"
)


def seen(person, name):
    """The page is for everybody, at both widths; its picture is taken where PICTURES names a folder."""
    for size in (DESK, PHONE):
        person.page.set_viewport_size(size)
        assert person.overflow() == 0, (person.page.url, size)
        if folder := os.environ.get("PICTURES"):
            person.page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
    person.page.set_viewport_size(DESK)
    assert person.violations() == [], person.page.url


def test_an_upload_shows_how_far_it_is_and_what_was_found_without_losing_the_focus(tmp_path):
    (tmp_path / "workspace.toml").write_text("[server]\nupload_megabytes = 3\n", "utf-8")
    (tmp_path / "q4.csv").write_text(FILE, "utf-8")
    (tmp_path / "large.csv").write_bytes(b"a" * 4 * 2**20)
    with served(tmp_path, "--config", "workspace.toml") as (_, address), chromium() as browser:
        with open_workspace(tmp_path / "workspace.toml", tmp_path / "state") as workspace:
            user, _ = users.add_user(workspace, None, "hanna@example.com", ["submitter"], "Hanna")
            secret = begin_session(workspace, user, Browser("127.0.0.1"))
        context = browser.new_context(viewport=DESK, locale="en-GB")
        context.add_cookies([{"name": "session", "value": secret, "url": address}])
        hanna = Watched(context, address)
        page = hanna.go("/campaigns/new")
        page.get_by_label("Campaign ID").fill("q4")
        page.get_by_role("button", name="Create").dblclick()  # one campaign, and no error that it is there already
        page.wait_for_url("**/campaigns/q4/upload")
        page.get_by_label("Spreadsheet").set_input_files(tmp_path / "large.csv")
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_text("larger than 3 MB")).to_be_visible()
        assert page.evaluate("document.activeElement.textContent") == "Upload"

        context.set_offline(True)
        page.get_by_label("Spreadsheet").set_input_files(tmp_path / "q4.csv")
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_text("upload it again")).to_be_visible()
        context.set_offline(False)
        seen(hanna, "upload")
        page.get_by_role("button", name="Upload").click()
        page.wait_for_url("**/problems")
        page.get_by_role("link", name="Results").focus()
        expect(page.get_by_role("heading", name="Which column is what?")).to_be_visible(timeout=60_000)
        assert page.evaluate("document.activeElement.textContent") == "Results"
        seen(hanna, "columns")
        page.get_by_role("button", name="Read it like this").click()
        expect(page.get_by_role("heading", name="By kind")).to_be_visible(timeout=60_000)
        page.get_by_role("link", name="is not a date").click()
        expect(page.get_by_role("button", name="Rewrite all of them")).to_be_visible()
        seen(hanna, "problems")
        for path in ("/account", "/campaigns/q4/results", "/campaigns/q4"):
            hanna.go(path)
            seen(hanna, path.strip("/").replace("/", "-"))
        assert [each for each in hanna.wrong if "ERR_INTERNET_DISCONNECTED" not in each] == []
