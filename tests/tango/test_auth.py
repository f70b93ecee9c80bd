"""Who we are to Tango: Basic, tokens, and that no secret and no order leaves by the wrong door."""

from __future__ import annotations

import json
import logging

import pytest

from campaign_runner.model.errors import SettingsError
from campaign_runner.settings import Credentials
from tests.tango.conftest import BASIC, OAUTH, answer, body, stub

PATHS = [("POST", "/oauth/token"), ("POST", "/asyncOrders")]


def paths(world):
    return [(seen.method, seen.path) for seen in world.simulator.requests]


def test_credentials_that_are_wrong_stop_the_run(world):
    here = world(credentials=Credentials(platform_name="acme", platform_key="wrong"))
    receipt = here.client.place("q4-1", body("q4-1"))
    assert (receipt.outcome, receipt.http_status, len(here.desk.records)) == ("configuration", 401, 1)


def test_a_token_is_fetched_once_for_many_orders(world):
    here = world(credentials=OAUTH)
    for number in range(3):
        assert here.client.place(f"q4-{number}", body(f"q4-{number}")).outcome == "accepted"
    assert paths(here) == [*PATHS, ("POST", "/asyncOrders"), ("POST", "/asyncOrders")]


def test_the_request_for_a_token_is_paced_and_recorded_too(world):
    here = world(credentials=OAUTH)
    here.client.place("q4-1", body("q4-1"))
    assert [(method, about) for method, about, _, _ in here.desk.records] == [
        ("POST", "access token"),
        ("POST", "q4-1"),
    ]
    assert here.desk.limiter.reserved == 2


def test_a_token_is_kept_for_the_next_run_readable_by_its_owner_alone(world, desk_at, tmp_path):
    cache = tmp_path / "state" / "token.json"
    here = world(credentials=OAUTH, token_cache=cache)
    here.client.place("q4-1", body("q4-1"))
    desk_at(here.url, credentials=OAUTH, token_cache=cache).client.place("q4-2", body("q4-2"))
    assert paths(here) == [*PATHS, ("POST", "/asyncOrders")]
    assert cache.stat().st_mode & 0o777 == 0o600
    assert "client-secret-5" not in cache.read_text()
    assert [path.name for path in cache.parent.iterdir()] == ["token.json"]


@pytest.mark.parametrize("spoil", ["others may read it", "another client", "not JSON", "too old", "no token"])
def test_a_kept_token_that_will_not_do_is_fetched_anew(world, desk_at, tmp_path, clock, spoil):
    cache = tmp_path / "token.json"
    here = world(credentials=OAUTH, token_cache=cache)
    here.client.place("q4-1", body("q4-1"))
    who = OAUTH
    match spoil:
        case "others may read it":
            cache.chmod(0o644)
        case "another client":
            who = Credentials(client_id="other", client_secret="s", username="u", password="p")
        case "not JSON":
            cache.write_text("[")
        case "too old":
            clock.sleep(86_400)
        case "no token":
            cache.write_text(json.dumps({"for": json.loads(cache.read_text())["for"]}))
    desk_at(here.url, credentials=who, token_cache=cache).client.place("q4-2", body("q4-2"))
    assert paths(here) == [*PATHS, *PATHS]


def test_a_refused_token_is_renewed_once_and_the_same_bytes_go_again(world):
    here = world(credentials=OAUTH, faults=[{"kind": "401", "call": "place"}])
    assert here.client.place("q4-1", body("q4-1")).outcome == "accepted"
    assert paths(here) == [*PATHS, *PATHS]


def test_a_token_that_is_refused_twice_stops_the_run(world):
    here = world(credentials=OAUTH, faults=[{"kind": "401", "call": "place", "times": 2}])
    assert here.client.place("q4-1", body("q4-1")).outcome == "configuration"
    assert paths(here) == [*PATHS, *PATHS]


def test_a_token_that_another_process_renewed_is_taken_from_the_file(world, desk_at, tmp_path):
    cache = tmp_path / "token.json"
    first = world(credentials=OAUTH, token_cache=cache)
    second = desk_at(first.url, credentials=OAUTH, token_cache=cache)
    first.client.place("q4-1", body("q4-1"))
    second.client.place("q4-2", body("q4-2"))
    first.simulator.set_faults([{"kind": "401", "call": "place"}, {"kind": "401", "call": "place", "nth": 3}])
    first.client.place("q4-3", body("q4-3"))
    second.client.place("q4-4", body("q4-4"))
    tokens = [seen for seen in first.simulator.requests if seen.path == "/oauth/token"]
    assert len(tokens) == 2


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("cut", "not connected"),
        ("503", "not connected"),
        ("429", "throttled"),
        ("html", "not connected"),
        ("401", "configuration"),
    ],
)
def test_without_a_token_the_order_never_leaves(world, fault, outcome):
    here = world(credentials=OAUTH, max_tries=1, faults=[{"kind": fault, "call": "token", "times": 9}])
    receipt = here.client.place("q4-1", body("q4-1"))
    assert receipt.outcome == outcome
    assert receipt.message.startswith("Tango gave no access token: ")
    assert ("POST", "/asyncOrders") not in paths(here)


def test_a_token_request_that_failed_is_repeated(world):
    here = world(credentials=OAUTH, faults=[{"kind": "cut", "call": "token"}])
    assert here.client.place("q4-1", body("q4-1")).outcome == "accepted"


def test_an_answer_without_a_token_stops_the_run(desk_at):
    with stub(answer(200, {"token": "no"})) as server:
        receipt = desk_at(server.url, credentials=OAUTH).client.place("q4-1", body("q4-1"))
    assert (receipt.outcome, receipt.message) == (
        "configuration",
        "Tango gave no access token: its answer holds none",
    )


def test_the_form_has_what_tango_asks_for(desk_at):
    with stub(answer(200, {"access_token": "t"}), answer(500)) as server:
        desk_at(server.url, credentials=OAUTH, max_tries=1, oauth_url=f"{server.url}/token").client.place(
            "q4-1", body("q4-1")
        )
    form = server.asked[0]
    assert b"POST /token " in form
    assert b"application/x-www-form-urlencoded" in form
    assert b"grant_type=password&client_id=acme-client&client_secret=client-secret-5&scope=raas.all" in form
    assert b"audience=https%3A%2F%2Fapi.tangocard.com%2F&username=ann&password=pass-word-5" in form
    assert b"Authorization: Bearer t" in server.asked[1]


def test_the_older_grant_sends_no_user(desk_at):
    with stub(answer(500)) as server:
        desk = desk_at(server.url, credentials=OAUTH, max_tries=1, oauth_grant="client_credentials")
        desk.client.place("q4-1", body("q4-1"))
    assert b"grant_type=client_credentials" in server.asked[0]
    assert b"username" not in server.asked[0]


def test_a_state_folder_that_cannot_be_written_costs_only_a_request(world, tmp_path):
    (tmp_path / "file").write_text("")
    here = world(credentials=OAUTH, token_cache=tmp_path / "file" / "token.json")
    assert here.client.place("q4-1", body("q4-1")).outcome == "accepted"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.tangocard.com/raas/v2",
        "ftp://127.0.0.1",
        "https://a:b@example.com",
        "",
        "nowhere",
        "https://no..host",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_secure_is_refused(desk_at, url):
    with pytest.raises(SettingsError, match="must begin with https://"):
        desk_at(url)


def test_a_token_address_that_is_not_secure_is_refused(desk_at):
    with pytest.raises(SettingsError, match="oauth_url"):
        desk_at("https://example.com", credentials=OAUTH, oauth_url="http://example.com/token")


def test_no_credentials_are_said_to_be_missing(desk_at):
    with pytest.raises(SettingsError, match="no credentials"):
        desk_at("https://example.com", credentials=Credentials())


@pytest.mark.parametrize("who", [BASIC, OAUTH])
def test_no_secret_and_no_person_stands_in_a_log_or_a_receipt(world, caplog, who):
    here = world(credentials=who, faults=[{"kind": "401", "call": "place", "times": 3}])
    with caplog.at_level(logging.DEBUG):
        here.client.place("q4-1", body("q4-1"))
    said = caplog.text + repr(here.desk.records) + repr(vars(here.client))
    secrets = ("platform-key-5", "client-secret-5", "pass-word-5", "simulated-token-", "ana@example.com")
    assert [secret for secret in secrets if secret in said] == []
