"""The whole journey in a real browser, with a real worker: two people, from a spreadsheet to its results."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from campaign_runner.app.accounts import users
from campaign_runner.app.accounts.sign_in import Browser, begin_session
from campaign_runner.app.workspace import open_workspace
from tests.web.chromium import DESK, PHONE, Watched, chromium, needs_chromium, served

pytestmark = [needs_chromium, pytest.mark.no_cover, pytest.mark.slow]
SETTINGS = "[approval]\nrequired_above = { USD = 30 }\n[tango]\nrequests_per_second = 0\n"
FILE = (
    "First name,Last name,Email,Delivery method,UTID,Amount,Cost centre\n"
    "Ana,Silva,ana@example.com,EMAIL,U561593,25.00,Sales\n"
    "Ben,Okafor,ben@example.com,EMAIL,U561593,50.00,Sales\n"
    "Cleo,Novak,cleo@@example.com,EMAIL,U561593,25.00,<b>Ops</b>\n"
)


class Office:
    """A server with a worker, and a browser for each person."""

    def __init__(self, folder, address, browser):
        self.folder, self.address, self.browser, self.seen = folder, address, browser, []

    def person(self, email, *roles, **options):
        with open_workspace(self.folder / "workspace.toml", self.folder / "state") as workspace:
            user, _ = users.add_user(workspace, None, email, roles, email.partition("@")[0].title())
            secret = begin_session(workspace, user, Browser("127.0.0.1", "Chromium"))
        context = self.browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        context.add_cookies([{"name": "session", "value": secret, "url": self.address}])
        return Watched(context, self.address)


@pytest.fixture
def office(tmp_path):
    (tmp_path / "workspace.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "q4.csv").write_text(FILE, "utf-8")
    with served(tmp_path, "--config", "workspace.toml") as (_, address), chromium() as browser:
        yield Office(tmp_path, address, browser)


def fair(person):
    """The page as everybody needs it: at both widths."""
    for size in (DESK, PHONE):
        person.page.set_viewport_size(size)
        assert person.violations() == [], person.page.url
        assert person.overflow() == 0, (person.page.url, size)
    person.page.set_viewport_size(DESK)
    assert person.wrong == [], person.page.url


def test_two_people_bring_a_spreadsheet_to_its_recipients(office, look):
    hanna = office.person("hanna@example.com", "submitter")
    page = hanna.go("/campaigns")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Campaign ID").fill("2026-q4")
    page.get_by_label("Name", exact=True).fill("Q4 recognition")
    look(hanna, "new-campaign")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Upload spreadsheet")).to_be_visible()
    page.get_by_label("Spreadsheet").set_input_files(office.folder / "q4.csv")
    look(hanna, "upload")
    page.get_by_role("button", name="Upload").click()

    value = page.get_by_label("Value").first
    expect(value).to_be_visible(timeout=30_000)
    expect(page.get_by_role("status").first).to_contain_text("1 row")
    look(hanna, "problems")
    value.fill("cleo@example.com")
    page.get_by_role("button", name="Save and check again").first.click()
    expect(page.get_by_role("status").first).not_to_contain_text("1 row needs", timeout=30_000)

    page.goto(f"{office.address}/campaigns/2026-q4/plan")
    look(hanna, "plan")
    page.get_by_role("button", name="Submit for approval").click()

    finn = office.person("finn@example.com", "approver")
    review = finn.go("/campaigns/2026-q4/plan")
    look(finn, "approve")
    review.get_by_role("button", name="Approve").click()
    expect(review.get_by_role("status").first).to_contain_text("Approved")

    page.goto(f"{office.address}/campaigns/2026-q4/plan")
    page.get_by_role("button", name="Send", exact=True).click()
    page.goto(f"{office.address}/campaigns/2026-q4/results")
    expect(page.get_by_text("completed").first).to_be_visible(timeout=60_000)
    look(hanna, "results")
    page.goto(f"{office.address}/campaigns/2026-q4")
    look(hanna, "overview")

    nora = office.person("nora@example.com", "finance", "auditor", "administrator")
    for path, name in (("/campaigns", "campaigns"), ("/finance", "finance"), ("/audit", "audit"),
                       ("/campaigns/2026-q4/results", "masked")):  # fmt: skip
        nora.go(path)
        look(nora, name)
    assert "cleo@example.com" not in nora.page.content()


@pytest.fixture
def look(request):
    """Whether a page is fair; and its picture, where PICTURES names a folder for it."""
    import os
    from pathlib import Path

    folder = os.environ.get("PICTURES", "")

    def see(person, name):
        if folder:
            for width in (1280, 390):
                person.page.set_viewport_size({"width": width, "height": 900})
                person.page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
            person.page.set_viewport_size(DESK)
        fair(person)

    return see
