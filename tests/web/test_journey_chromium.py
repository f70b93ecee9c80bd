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
    """The page as everybody needs it: on a desk, and on a phone in the dark (as wide as a desk at 400 %) without motion."""
    for size, colours, motion in ((DESK, "light", "no-preference"), (PHONE, "dark", "reduce")):
        person.page.set_viewport_size(size)
        person.page.emulate_media(color_scheme=colours, reduced_motion=motion)
        assert person.violations() == [], person.page.url
        assert person.overflow() == 0, (person.page.url, size)
    assert person.moving() == [], person.page.url
    person.page.set_viewport_size(DESK)
    person.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert person.wrong == [], person.page.url


def test_two_people_bring_a_spreadsheet_to_its_recipients_by_keyboard_alone(office, look):
    hanna = office.person("hanna@example.com", "submitter")
    page = hanna.go("/campaigns")
    press(page, "link", "New campaign")
    type_into(page, "Campaign ID", "2026-q4")
    type_into(page, "Name", "Q4 recognition")
    look(hanna, "new-campaign")
    press(page, "button", "Create campaign")
    expect(page.get_by_role("heading", name="Upload spreadsheet")).to_be_visible()
    tab_to(page, page.get_by_label("Spreadsheet"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(office.folder / "q4.csv")
    look(hanna, "upload")
    press(page, "button", "Upload")

    page.wait_for_url("**/problems")
    tab_to(page, page.get_by_role("link", name="Results", exact=True))
    value = page.get_by_label("Value").first
    expect(value).to_be_visible(timeout=30_000)
    expect(
        page.get_by_role("link", name="Results", exact=True)
    ).to_be_focused()  # the page came again, the focus stayed
    expect(page.get_by_role("status").first).to_contain_text("1 row")
    look(hanna, "problems")
    tab_to(page, value)
    page.keyboard.press("Control+a")
    page.keyboard.type("cleo@example.com")
    press(page, "button", "Save and check again")
    expect(page.get_by_role("status").first).not_to_contain_text("1 row needs", timeout=30_000)
    expect(page.get_by_role("status").first).to_contain_text("Ready", timeout=30_000)

    press(page, "link", "Plan")
    look(hanna, "plan")
    press(page, "button", "Submit for approval")
    expect(page.get_by_role("status").first).to_contain_text("approval")

    finn = office.person("finn@example.com", "approver")
    review = finn.go("/campaigns/2026-q4/plan")
    look(finn, "approve")
    press(review, "button", "Approve")
    expect(review.get_by_role("status").first).to_contain_text("Approved")

    hanna.go("/campaigns/2026-q4/plan")
    press(page, "button", "Send")
    press(page, "link", "Results")
    expect(page.get_by_text("completed").first).to_be_visible(timeout=60_000)
    look(hanna, "results")
    hanna.go("/campaigns/2026-q4")
    look(hanna, "overview")

    nora = office.person("nora@example.com", "finance", "auditor", "administrator")
    for path, name in (("/campaigns", "campaigns"), ("/finance", "finance"), ("/audit", "audit"),
                       ("/campaigns/2026-q4/results", "masked"), ("/campaigns/2026-q4/books", "books"),
                       ("/campaigns/2026-q4/results?q=2", "search"), ("/person", "person")):  # fmt: skip
        nora.go(path)
        look(nora, name)
    assert "cleo@example.com" not in nora.page.content()


def tab_to(page, target, most=120):
    """Press Tab until the element has the focus; on the way the focus is always to be seen."""
    wanted = target.first.element_handle()
    for _ in range(most):
        page.keyboard.press("Tab")
        here, seen, what = page.evaluate(FOCUS, wanted)
        assert seen, f"the focus is not to be seen on {what} of {page.url}"
        if here:
            return
    raise AssertionError(f"no Tab leads to {target} of {page.url}")


def press(page, role, name):
    """Go to a link or a button by Tab, and press Enter."""
    tab_to(page, page.get_by_role(role, name=name, exact=True))
    page.keyboard.press("Enter")


def type_into(page, label, text):
    """Go to a field by Tab, and type."""
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


# Whether the element has the focus, whether whatever has it is in the window and marked, and what that is.
FOCUS = """wanted => {
  const now = document.activeElement, box = now.getBoundingClientRect(), style = getComputedStyle(now);
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [now === wanted, now === document.body || (inside && marked), now.outerHTML.slice(0, 100)];
}"""


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
