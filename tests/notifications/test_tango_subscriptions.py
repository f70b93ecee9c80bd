"""Tango is asked to send its events, which the simulator does: signed, to an address of this machine."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_runner import simulator
from campaign_runner.app.send import send_plan
from campaign_runner.app.tango_events import NotSigned, receive_event
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.app.webhooks import list_subscriptions, remove, subscribe
from campaign_runner.entrypoints.cli import main
from campaign_runner.model.errors import NotFound, UsageError
from campaign_runner.tango.subscriptions import key_of
from tests.doors.conftest import ANA, HANNA

SECRET = {"TANGO_WEBHOOK_SECRET": "a-secret-of-ours the-one-before"}


def runtime(house):
    key = house.campaign("asks") if not house.__dict__.get("asks") else house.asks
    house.asks = key
    return house.workspace.runtime(key, HANNA, Path("reports"))


def url(web):
    return f"http://{web.address}/webhooks/tango"


def sent(house):
    house.tango.change(knobs={"ends_after": 600})
    key = house.campaign()
    house.submit(key, ANA)
    house.work()
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work(1)


def came(web):
    until = time.monotonic() + 10
    while not web.taken and time.monotonic() < until:
        time.sleep(0.01)
    _, _, headers, body = web.taken[0]
    return body, headers["X-Signed-Payload"]


def test_an_order_that_ended_comes_as_a_signed_event_and_makes_its_order_due(house, web):
    subscribe(runtime(house), url(web), SECRET)
    sent(house)
    house.clock.sleep(600)
    body, signature = came(web)
    assert json.loads(body)["eventData"]["status"] == "SUCCESSFUL"
    assert receive_event(house.workspace, body, signature, SECRET) == "due"
    assert receive_event(house.workspace, body, signature, SECRET) == "known"
    with pytest.raises(NotSigned):
        receive_event(house.workspace, body + b" ", signature, SECRET)
    house.work()
    assert house.view()["state"] == "finished"


def test_an_event_that_is_older_than_a_week_is_taken_and_does_nothing(house, web):
    subscribe(runtime(house), url(web), SECRET)
    sent(house)
    house.clock.sleep(600)
    body, signature = came(web)
    house.clock.sleep(timedelta(days=8).total_seconds())
    assert receive_event(house.workspace, body, signature, SECRET) == "old"


def test_to_subscribe_again_renews_and_to_remove_ends_it(house, web):
    first = subscribe(runtime(house), url(web), SECRET)
    house.clock.sleep(86_400)
    again = subscribe(runtime(house), url(web), SECRET)
    assert (first.renewed, again.renewed) == (False, True)
    assert again.subscription.id == first.subscription.id
    assert again.subscription.expires_at > first.subscription.expires_at
    assert [each.url for each in list_subscriptions(runtime(house))] == [url(web)]
    remove(runtime(house), first.subscription.id)
    assert list_subscriptions(runtime(house)) == []
    with pytest.raises(NotFound, match="webhook list"):
        remove(runtime(house), first.subscription.id)


def test_without_a_secret_one_is_made_and_shown_once(house, web):
    made = subscribe(runtime(house), url(web), {})
    assert len(made.secret) > 40
    with pytest.raises(UsageError, match="signed with a secret that is not set"):
        subscribe(runtime(house), url(web), {})


def test_an_address_that_is_not_secure_is_refused(house):
    with pytest.raises(UsageError, match="https"):
        subscribe(runtime(house), "http://rewards.example.com/webhooks/tango", SECRET)


@pytest.mark.parametrize(("secret", "given"), [
    ("short", "c2hvcnQ="), ("c2VjcmV0LW9mLTE2LWJ5dGVz", "c2VjcmV0LW9mLTE2LWJ5dGVz"),
])  # fmt: skip
def test_tango_is_given_the_secret_in_base64(secret, given):
    assert key_of(secret) == given


def test_the_commands_work_against_the_simulator(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with simulator.serve(simulator.Simulator(tmp_path / "tango.jsonl", requests_per_second=0)) as address:
        monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__BASE_URL", address)
        monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__REQUESTS_PER_SECOND", "0")
        printed = []
        for words in (["subscribe", "https://rewards.example.com/webhooks/tango"], ["list"], ["remove", "webhook-1"]):
            with pytest.raises(SystemExit) as ended:
                main(["webhook", *words, "--json", "--state", "state"])
            assert ended.value.code == 0
            printed.append(json.loads(capsys.readouterr().out))
    assert printed[0]["id"] == printed[1]["subscriptions"][0]["id"] == printed[2]["removed"] == "webhook-1"
    assert printed[0]["secret"]
