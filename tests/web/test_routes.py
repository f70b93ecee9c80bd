"""Every route with every role: who may, who is refused, and that a refusal is in the log."""

from __future__ import annotations

import re

import pytest

from campaign_runner.app.accounts.sign_in import actor_of
from campaign_runner.app.accounts.users import find_user
from campaign_runner.app.views.campaigns import create_campaign
from campaign_runner.entrypoints.web.access import Anyone
from campaign_runner.entrypoints.web.routes import ROUTES
from campaign_runner.model.roles import Permission, Role

# As the interface has it, of a campaign of their own.
MAY: dict[object, set[str]] = {
    Permission.SEE: {"submitter", "approver", "finance", "auditor", "administrator"},
    Permission.SEE_CONTACTS: {"submitter", "approver"},
    Permission.SUBMIT: {"submitter"},
    Permission.APPROVE: {"approver"},
    Permission.HALT: {"submitter", "approver", "finance", "administrator"},
    Permission.RESUME: {"submitter"},
    Permission.REPORTS: {"submitter", "approver", "finance", "auditor"},
    Permission.AUDIT: {"finance", "auditor", "administrator"},
    Permission.ADMINISTER: {"administrator"},
}
NEEDING_A_ROLE = [route for route in ROUTES if isinstance(route.need, Permission)]


@pytest.fixture
def everybody(site):
    """A signed-in browser for each role, and another submitter; the first one has a campaign."""
    browsers = {str(role): site.browser(f"{role}@example.com", role) for role in Role}
    browsers["stranger"] = site.browser("stranger@example.com", "submitter")
    create_campaign(site.workspace, actor_of(find_user(site.workspace, "submitter@example.com")), {"id": "q4"})
    return browsers


def path_of(route):
    return re.sub(r"\{[^}]*\}", "1", route.path.replace("{campaign_id}", "q4"))


def test_every_route_asks_for_what_the_table_of_roles_says(everybody, site):
    wrong = []
    for route in NEEDING_A_ROLE:
        for role in Role:
            status = everybody[role].request(route.method, path_of(route)).status_code
            if (status == 403) is (role in MAY[route.need]) or status in (401, 500):
                wrong.append((route.method, route.path, str(role), status))
    assert not wrong


def test_nobody_gets_in_without_signing_in(site):
    browser = site.browser()
    for route in ROUTES:
        if route.need is not Anyone.PUBLIC and route.need is not Anyone.MACHINE:
            answer = browser.request(route.method, path_of(route))
            machine = route.path.startswith("/api/")
            assert answer.status_code == (401 if machine else 303), route
            assert machine or answer.headers["Location"].startswith("/sign-in")


def test_to_a_submitter_the_campaign_of_somebody_else_does_not_exist(everybody):
    for route in NEEDING_A_ROLE:
        if "{campaign_id}" in route.path and "submitter" in MAY[route.need]:
            assert everybody["stranger"].request(route.method, path_of(route)).status_code == 404, route


def test_a_token_opens_what_its_roles_open_and_no_more(site):
    site.account("ana@example.com", "submitter", "administrator")
    confined = site.program("ana@example.com", scope=["submitter"])
    assert confined.get("/users").status_code == 403
    assert site.program("ana@example.com").get("/users").status_code == 200


def test_every_refusal_is_in_the_audit_log_with_who_and_what(everybody, site):
    answer = everybody["submitter"].get("/users")
    assert answer.status_code == 403
    assert "may not manage users, tokens and settings" in answer.text
    assert "role administrator" in answer.text
    assert ("refused", {"permission": "administer"}) in site.events()


def test_no_two_routes_are_the_same():
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
