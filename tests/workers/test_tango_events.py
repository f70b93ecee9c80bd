"""An event of Tango makes its order due, once, if it is signed; it changes nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from sqlalchemy import text

from campaign_runner.app.jobs import work_once
from campaign_runner.app.tango_events import NotSigned, receive_event
from campaign_runner.ledger import jobs

SECRETS = {"TANGO_WEBHOOK_SECRET": "old-secret new-secret"}


def signed(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def event(reference: str, number: str = "e-1") -> bytes:
    data = {"externalRefID": reference, "status": "SUCCESSFUL"}
    return json.dumps({"eventId": number, "eventType": "AsyncOrderStatus", "eventData": data}).encode()


def orders(house):
    with house.workspace.ledger().read() as connection:
        return connection.execute(text("SELECT reference, state, due_at, tries FROM batches")).all()


@pytest.fixture
def following(house):
    """A house whose one order waits for its next look."""
    house.create()
    submission = house.put("EMAIL,Ana,Silva,ana@example.com,U561593,25")
    house.work()
    house.want_sent(submission)
    work_once(house.workspace)
    with house.workspace.ledger().write("test") as connection:
        jobs.want(connection, "drive", submission.campaign, "now", in_seconds=1e6)
        connection.execute(text("UPDATE batches SET due_at = 9e9, state = 'accepted'"))
    return house


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
def test_an_event_makes_its_order_due_and_changes_nothing_else(following, secret):
    (before,) = orders(following)
    body = event(before.reference)
    assert receive_event(following.workspace, body, signed(body, secret), SECRETS) == "due"
    assert orders(following) == [(before.reference, before.state, 0, before.tries)]
    with following.workspace.ledger().read() as connection:
        assert (jobs.until_due(connection, "drive", "1") or 0) <= 0


def test_a_repeated_event_does_nothing(following):
    body = event(orders(following)[0].reference)
    receive_event(following.workspace, body, signed(body, "new-secret"), SECRETS)
    assert receive_event(following.workspace, body, signed(body, "new-secret"), SECRETS) == "known"


@pytest.mark.parametrize("signature", ["", "not base64", signed(b"other", "new-secret"), signed(b"{}", "wrong")])
def test_what_is_not_signed_by_us_is_refused(house, signature):
    with pytest.raises(NotSigned):
        receive_event(house.workspace, b"{}", signature, SECRETS)


def test_without_a_secret_nothing_is_taken(house):
    with pytest.raises(NotSigned, match="TANGO_WEBHOOK_SECRET"):
        receive_event(house.workspace, b"{}", signed(b"{}", ""), {})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"eventData": null}', b"\xff"])
def test_what_is_signed_and_says_nothing_is_ignored(house, body):
    assert receive_event(house.workspace, body, signed(body, "old-secret"), SECRETS) == "ignored"
