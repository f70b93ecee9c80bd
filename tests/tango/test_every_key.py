"""Every i18nKey that Tango documents, as an answer over a real socket: what it means after a POST and after a GET."""

from __future__ import annotations

import pytest

from campaign_runner.tango import answers
from tests.tango.conftest import answer, body, errors, stub

# As Tango's documentation lists them, by what whoever gets one has to do. The HTTP status is the key's own number,
# but for a frozen account.
KEYS = {
    "configuration": "401.001 401.002 403.001 403.007 403.008 403.021 403.017 403.018 403.020 404.002 404.003 404.004 "
    "404.015 404.016 404.020 404.089 404.096 404.142 422.004 422.156 428.001",
    "funds": "402.001",
    "fraud limit": "403.016",
    "refused": "422.006 422.007 422.009 422.024 422.025 422.026 422.027 422.028 422.029 422.030 422.031 422.059 422.097 "
    "422.098 422.099 422.105 422.110 422.111 422.124 422.125 422.126 422.127 422.128 422.129 422.130 422.131 422.132 "
    "422.133 422.134 422.135 422.140 422.147 422.162 422.164 422.166 422.167 422.168 422.169 422.501",
    "bug": "400.001 400.009 400.501 415.001 422.001",
    "in process": "409.001 409.002",
    "exists": "409.024",
    "throttled": "429.001 429.008",
    "retry": "500.000 500.001 502.001 503.035 503.501 503.502",
    "another day": "503.002 503.042",
    "unknown": "404.005 404.017 404.110 422.777 418.418",
}
LISTED = [(key, outcome) for outcome, keys in KEYS.items() for key in keys.split()]
STATUS = {"404.142": 422}
NOT_FOUND = ("404.005", "404.017", "404.110")


@pytest.fixture(scope="module")
def tango():
    with stub() as server:
        yield server


def said(tango, desk_at, key, ask):
    tango.asked.clear()
    tango.answers[:] = [answer(STATUS.get(key, int(key[:3])), errors(key))]
    return ask(desk_at(tango.url, max_tries=1).client).outcome


@pytest.mark.parametrize(("key", "outcome"), LISTED, ids=[key for key, _ in LISTED])
def test_every_key_after_a_post(tango, desk_at, key, outcome):
    assert said(tango, desk_at, key, lambda client: client.place("q4-1", body("q4-1"))) == outcome


@pytest.mark.parametrize(("key", "outcome"), LISTED, ids=[key for key, _ in LISTED])
def test_every_key_after_a_look_up(tango, desk_at, key, outcome):
    expected = "not found" if key in NOT_FOUND else outcome
    assert said(tango, desk_at, key, lambda client: client.look_up("q4-1")) == expected


def test_every_key_of_the_tables_is_among_them():
    listed = {key for key, _ in LISTED}
    assert {*answers.BY_KEY, *answers.BY_KEY_OF_A_LOOK_UP} <= listed
    assert set(answers.BY_FAMILY) <= {key[:3] for key in listed}
