"""Programs hear of what happened by signed events: verified as docs/notifications.md says, without personal data."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket

import pytest

from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.ledger import outbox
from campaign_runner.model.errors import SettingsError
from campaign_runner.notification import webhook_post
from campaign_runner.settings import kept
from tests.doors.conftest import ANA, HANNA
from tests.notifications.sinks import tls
from tests.tango.certificate import self_signed

FAILS = "4,EMAIL,Dee,Fox,sim-fails@example.com,U561593,30"


def target(house, web, **more):
    house.values["webhooks"] = {"hr": {"url": f"http://{web.address}/hook", "loopback": True, **more}}


def sent(house, told, *rows):
    house.values["identity"] = {"key": ["Employee ID"]}
    key = house.campaign(identity={"key": ["Employee ID"]})
    house.submit(key, *rows)
    house.work()
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    told.environ = {"WEBHOOK_SECRET_HR": "old new"}
    told.tell()


def verified(headers, body, secret):
    """As docs/notifications.md shows it."""
    parts = [part.split("=", 1) for part in headers["X-Campaign-Runner-Signature"].split(",")]
    at = next(value for name, value in parts if name == "t")
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return any(name == "v1" and hmac.compare_digest(value, made) for name, value in parts)


def test_a_finished_campaign_is_told_signed_with_each_secret(house, told, web):
    target(house, web, events=["finished"])
    sent(house, told, ANA)
    ((_, path, headers, body),) = web.taken
    event = json.loads(body)
    assert (path, headers["X-Campaign-Runner-Event"]) == ("/hook", "finished")
    assert (event["event"], event["campaign"], event["data"]["rows"]["completed"]) == ("finished", "q4", 1)
    assert [verified(headers, body, secret) for secret in ("old", "new", "other")] == [True, True, False]
    assert not verified(headers, body + b" ", "new")


def test_failed_rows_are_told_by_references_and_the_campaigns_own_key(house, told, web):
    target(house, web, events=["rows_failed"])
    sent(house, told, ANA, FAILS)
    ((_, _, _, body),) = web.taken
    (row,) = json.loads(body)["data"]["rows"]
    assert (row["key"], row["attempt"]) == ("4", 1)
    assert row["externalRefLineItemID"].startswith("q4-")
    assert not any(word in body for word in (b"Dee", b"Fox", b"@example.com"))


def test_an_event_is_tried_again_and_is_in_the_list_of_deliveries(house, told, web):
    target(house, web, events=["halted"])
    web.status = 500
    halt_campaign(house.workspace.runtime(house.campaign(), HANNA, house.folder), "wrong amounts")
    told.environ = {"WEBHOOK_SECRET_HR": "new"}
    told.tell()
    with house.workspace.ledger().read() as connection:
        (row,) = outbox.listing(connection)
    shown = ("kind", "channel", "target", "state", "tries", "error", "campaign")
    assert [row[name] for name in shown] == ["halted", "webhook", "hr", "waiting", 1, "it answered HTTP 500", "q4"]


def test_without_a_secret_nothing_is_sent_and_the_variable_is_named(house, told, web):
    target(house, web, events=["halted"])
    halt_campaign(house.workspace.runtime(house.campaign(), HANNA, house.folder), "wrong amounts")
    told.environ = {}
    assert told.tell() == 0
    with house.workspace.ledger().read() as connection:
        assert "WEBHOOK_SECRET_HR" in outbox.listing(connection)[0]["error"]
    assert web.taken == []


@pytest.mark.parametrize("url", ["http://hr.example.com/x", "https://me:key@hr.example.com/x", "ftp://hr.example.com",
                                 "http://127.0.0.1/x", "file:///etc/passwd"])  # fmt: skip
def test_only_https_addresses_without_a_user_are_settings(url):
    with pytest.raises(SettingsError, match="https address"):
        kept({"campaign": {"id": "q4"}, "webhooks": {"hr": {"url": url}}})


INSIDE = ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "[::ffff:127.0.0.1]")


@pytest.mark.parametrize("url", ["http://192.0.2.1/", *(f"https://{host}/x" for host in INSIDE)])
def test_an_address_that_leads_back_to_this_machine_is_not_called(url):
    assert webhook_post.looked_up(url, loopback=False)[1]


def test_loopback_is_for_this_very_machine():
    assert webhook_post.looked_up("http://127.0.0.1:1/", loopback=True)[1] == ""
    assert webhook_post.looked_up("https://192.0.2.1/", loopback=True)[1]


@pytest.fixture
def names(monkeypatch):
    """A name server of one's own: each question about a name takes the next of its answers."""
    answers, known = dict[str, list[str]](), socket.getaddrinfo

    def ask(host, *more, **how):
        return known(answers[host].pop(0) if answers.get(host) else host, *more, **how)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    return answers


def posted(url):
    return webhook_post.post(url, b"{}", ["new"], 1, "halted", "1", loopback=True)


def test_a_name_that_leads_elsewhere_a_moment_later_is_called_where_it_was_looked_at(web, names):
    port = web.address.rpartition(":")[2]
    names["hooks.example.com"] = ["127.0.0.1", "192.0.2.1"]
    assert posted(f"http://hooks.example.com:{port}/hook") == ""
    ((_, path, headers, _),) = web.taken
    assert (path, headers["Host"]) == ("/hook", f"hooks.example.com:{port}")
    assert names["hooks.example.com"] == ["192.0.2.1"]


def test_the_certificate_is_that_of_the_name_not_of_the_place(names, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(self_signed(tmp_path, "hooks.example.com")))
    names["hooks.example.com"], names["other.example.com"] = ["127.0.0.1"], ["127.0.0.1"]
    with tls(tmp_path / "self-signed.pem") as (port, asked):
        assert posted(f"https://hooks.example.com:{port}/hook") == ""
        assert "could not be reached" in posted(f"https://other.example.com:{port}/hook")
    assert asked == ["hooks.example.com", "other.example.com"]


def test_a_name_with_a_place_that_does_not_answer_is_called_at_the_next(web, monkeypatch):
    port = int(web.address.rpartition(":")[2])
    places = [(0, 0, 0, "", (place, port)) for place in ("127.0.0.9", "127.0.0.1")]
    known = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *more, **how: places if host == "two.example.com" else known(host, *more, **how),
    )
    assert posted(f"http://two.example.com:{port}/hook") == ""
    assert len(web.taken) == 1
