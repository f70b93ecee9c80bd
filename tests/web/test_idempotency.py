"""A request with an Idempotency-Key is made once, however often it is sent."""

from __future__ import annotations

import pytest

from campaign_runner.app.accounts.tokens import claim_key
from campaign_runner.ledger import campaigns
from campaign_runner.model.errors import Conflict

KEY = {"Idempotency-Key": "make-q4"}
WHERE = "/api/v1/campaigns"


@pytest.fixture
def ana(site):
    return site.program("ana@example.com", "submitter")


def test_the_same_key_with_the_same_body_gives_the_first_answer_again(site, ana):
    first, again = (ana.post(WHERE, json={"id": "q4"}, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    with site.workspace.ledger().read() as connection:
        assert len(campaigns.listing(connection)) == 1


def test_the_same_key_with_another_body_is_a_conflict(site, ana):
    ana.post(WHERE, json={"id": "q4"}, headers=KEY)
    other = ana.post(WHERE, json={"id": "q5"}, headers=KEY)
    assert (other.status_code, other.json()["title"]) == (409, "Conflict")
    assert set(other.json()) == {"type", "title", "status", "detail", "request_id"}
    with site.workspace.ledger().read() as connection:
        assert len(campaigns.listing(connection)) == 1


def test_a_request_that_came_to_nothing_can_be_made_again(ana):
    assert ana.post(WHERE, json={"id": "not an id"}, headers=KEY).status_code == 422
    assert ana.post(WHERE, json={"id": "q4"}, headers=KEY).status_code == 201


def test_a_key_belongs_to_one_user(site, ana):
    ana.post(WHERE, json={"id": "q4"}, headers=KEY)
    bo = site.program("bo@example.com", "submitter")
    assert bo.post(WHERE, json={"id": "q5"}, headers=KEY).status_code == 201


def test_while_the_first_request_is_under_way_the_second_is_a_conflict(site, ana):
    user = site.account("bo@example.com", "submitter").id
    assert claim_key(site.workspace, user, "k", "digest") is None
    with pytest.raises(Conflict, match="under way"):
        claim_key(site.workspace, user, "k", "digest")


def test_whoever_may_not_learns_nothing_with_somebody_elses_key(site, ana):
    ana.post(WHERE, json={"id": "q4"}, headers=KEY)
    assert site.program("eve@example.com", "auditor").post(WHERE, json={"id": "q4"}, headers=KEY).status_code == 403
    assert site.browser().post(WHERE, json={"id": "q4"}, headers=KEY).status_code == 401
