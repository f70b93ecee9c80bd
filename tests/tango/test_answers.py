"""Every answer that Tango may give, as literal bytes, and what it means for us."""

from __future__ import annotations

import json
import socket
import ssl

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_runner.model import Outcome
from campaign_runner.tango import answers, receipts, refusals, rewards, wire
from tests.examples import examples
from tests.tango.conftest import answer, body, errors, line, stub, trickle

NAMES = ("errors", "error", "i18nKey", "message", "path", "failedLineItems", "externalRefLineItemID", "lineItems", "order",
         "externalRefID", "status", "totalLineItems", "amountCharged", "value", "brands", "items", "invalidValue",
         "accountIdentifier", "duplicateLineItemRefIds", "pagination", "nextCursor", "exchangeRates", "baseFx",
         "lineItemErrors")  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS = st.sampled_from(NAMES) | st.text()
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)

NESTED = {"externalRefID": "q4-1", "order": {"externalRefID": "q4-1", "totalLineItems": "1"}}
KEY_OUTSIDE = {"i18nKey": "404.142", "message": "x", "errors": [{"message": "y"}]}
JSON = {"externalRefID": "q4-1", "status": "PENDING", "totalLineItems": 1}
HTML = b"<html><body>Bad gateway</body></html>"
LINE_3 = {"path": "lineItems[0].recipient.email"}

# What comes back from a POST, and what it means.
POSTS = [
    ("200 flat", answer(200, JSON), "accepted"),
    ("201 flat", answer(201, JSON), "accepted"),
    ("202 flat", answer(202, JSON), "accepted"),
    ("299 of a later day", answer(299, JSON), "accepted"),
    ("nested", answer(201, NESTED), "accepted"),
    ("final already", answer(200, {**JSON, "status": "complete"}), "replayed"),
    ("200 without a reference", answer(200, {"status": "PENDING"}), "unknown"),
    ("200 with a list", answer(200, [JSON]), "unknown"),
    ("200 empty", answer(200), "retry"),
    ("200 in HTML", answer(200, HTML), "retry"),
    ("200 cut in the middle", answer(200, b'{"externalRefID": "q4-1", "sta'), "retry"),
    ("200 shorter than promised", answer(200, JSON)[:-5], "retry"),
    ("200 with NaN", answer(200, b'{"externalRefID": "q4-1", "totalLineItems": NaN}'), "retry"),
    ("200 nested ten thousand deep", answer(200, b'{"a":' * 10_000), "retry"),
    ("200 packed in what is not gzip", answer(200, b"no gzip", "Content-Encoding: gzip"), "retry"),
    ("204", answer(204), "retry"),
    ("301", answer(301, b"", "Location: https://example.com/"), "unknown"),
    ("400.001", answer(400, errors("400.001")), "bug"),
    ("400.009", answer(400, errors("400.009")), "bug"),
    ("400.501", answer(400, errors("400.501")), "bug"),
    ("400 without a key", answer(400, {"message": "What?"}), "bug"),
    ("400 about size", answer(400, {"message": "lineItems: maximum number exceeded"}), "too large"),
    ("401.001", answer(401, errors("401.001")), "configuration"),
    ("401.999", answer(401, errors("401.999")), "configuration"),
    ("401 without a key", answer(401), "configuration"),
    ("402.001", answer(402, errors("402.001")), "funds"),
    ("402 without a key", answer(402), "funds"),
    ("403.001", answer(403, errors("403.001")), "configuration"),
    ("403.016", answer(403, errors("403.016")), "fraud limit"),
    ("403.999", answer(403, errors("403.999")), "configuration"),
    ("403 in HTML", answer(403, HTML), "configuration"),
    ("404.002", answer(404, errors("404.002")), "configuration"),
    ("404.017 after a POST", answer(404, errors("404.017")), "unknown"),
    ("404 in HTML", answer(404, HTML), "configuration"),
    ("405", answer(405), "configuration"),
    ("407", answer(407), "configuration"),
    ("408", answer(408), "retry"),
    ("409.001", answer(409, errors("409.001")), "in process"),
    ("409.002", answer(409, errors("409.002")), "in process"),
    ("409.024", answer(409, errors("409.024")), "exists"),
    ("409 without a key", answer(409), "exists"),
    ("413", answer(413), "too large"),
    ("413 with a key nobody knows", answer(413, errors("413.777")), "too large"),
    ("415.001", answer(415, errors("415.001")), "bug"),
    ("415 without a key", answer(415), "bug"),
    ("418", answer(418), "unknown"),
    ("422.001", answer(422, errors("422.001")), "bug"),
    ("422.004", answer(422, errors("422.004")), "configuration"),
    ("422.025 naming none", answer(422, errors("422.025")), "refused"),
    ("422.025 naming a line", answer(422, errors("422.025", **LINE_3)), "lines refused"),
    ("422 naming a line with a new key", answer(422, errors("422.777", **LINE_3)), "lines refused"),
    ("422 with a new key", answer(422, errors("422.777")), "unknown"),
    ("422 without a key", answer(422, {"message": "Wrong"}), "refused"),
    ("422 naming a line that was not sent", answer(422, errors("422.025", path="lineItems[9].utid")), "refused"),
    ("422 with failedLineItems", answer(422, {"failedLineItems": [{"externalRefLineItemID": "L-1"}]}), "lines refused"),
    ("422 about size", answer(422, {"message": "Too many line items in the request"}), "too large"),
    ("422 frozen", answer(422, errors("404.142", code=422001)), "configuration"),
    ("422 frozen and wrong", answer(422, errors("422.025", "404.142", **LINE_3)), "configuration"),
    ("422 with the key outside", answer(422, KEY_OUTSIDE), "configuration"),
    ("428.001", answer(428, errors("428.001")), "configuration"),
    ("429.001", answer(429, errors("429.001")), "throttled"),
    ("429.777", answer(429, errors("777.777")), "throttled"),
    ("429 in HTML", answer(429, HTML), "throttled"),
    ("500.000", answer(500, errors("500.000")), "retry"),
    ("500 in HTML", answer(500, HTML), "retry"),
    ("502.001", answer(502, errors("502.001")), "retry"),
    ("503.035", answer(503, errors("503.035")), "retry"),
    ("503.002", answer(503, errors("503.002")), "another day"),
    ("503.042", answer(503, errors("503.042")), "another day"),
    ("503 with a key nobody knows", answer(503, errors("777.777")), "retry"),
    ("504", answer(504), "retry"),
    ("no HTTP at all", b"SSH-2.0-OpenSSH_9.6\r\n", "retry"),
    ("nothing", b"", "retry"),
]  # fmt: skip

GETS = [
    ("404.005", answer(404, errors("404.005")), "not found"),
    ("404.017", answer(404, errors("404.017")), "not found"),
    ("404.110", answer(404, errors("404.110")), "not found"),
    ("404.002", answer(404, errors("404.002")), "configuration"),
    ("404 without a key", answer(404, HTML), "unknown"),
    ("401", answer(401), "configuration"),
    ("500", answer(500), "retry"),
]


@pytest.mark.parametrize(("reply", "outcome"), [pytest.param(*case[1:], id=case[0]) for case in POSTS])
def test_every_answer_to_a_post(desk_at, reply, outcome):
    with stub(reply) as server:
        assert desk_at(server.url, max_tries=1).client.place("q4-1", body("q4-1")).outcome == outcome


@pytest.mark.parametrize(("reply", "outcome"), [pytest.param(*case[1:], id=case[0]) for case in GETS])
def test_every_answer_to_a_look_up(desk_at, reply, outcome):
    with stub(reply) as server:
        assert desk_at(server.url, max_tries=1).client.look_up("q4-1").outcome == outcome


def test_no_connection_is_tried_five_times_at_once(desk_at):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    desk = desk_at(url)
    receipt = desk.client.place("q4-1", body("q4-1"))
    assert (receipt.outcome, receipt.code) == ("not connected", "ConnectError")
    assert (desk.outcomes, desk.clock.slept) == (["not connected"] * 5, [])


def test_a_name_that_nobody_knows_is_no_connection(desk_at):
    receipt = desk_at("https://no such host", max_tries=1).client.place("q4-1", body("q4-1"))
    assert receipt.outcome == "not connected"
    assert receipt.message.startswith("no such host: this name cannot be found (DNS)")


def test_a_server_without_tls_is_no_connection(desk_at):
    with stub(answer(200, JSON)) as server:
        url = server.url.replace("http://", "https://")
        assert desk_at(url, max_tries=1).client.place("q4-1", body("q4-1")).outcome == "not connected"


def test_a_server_that_never_answers_is_left_after_the_time_allowed(clock):
    from campaign_runner.model import Order
    from campaign_runner.tango.client import Client
    from tests.tango.conftest import BASIC, Turnstile

    order = Order("q4", "acme-customer", "acme-account")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(base_url=url, order=order, credentials=BASIC, clock=clock, limiter=Turnstile(clock),
                    record=lambda *_: None, timeout_seconds=0.2, max_tries=1) as client:  # fmt: skip
            receipt = client.place("q4-1", body("q4-1"))
    assert (receipt.outcome, receipt.code) == ("retry", "ReadTimeout")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectTimeout("x"), Outcome.NOT_CONNECTED), (httpx.ConnectError("x"), Outcome.NOT_CONNECTED),
        (httpx.PoolTimeout("x"), Outcome.NOT_CONNECTED), (httpx.ProxyError("x"), Outcome.NOT_CONNECTED),
        (httpx.WriteTimeout("x"), Outcome.RETRY), (httpx.ReadTimeout("x"), Outcome.RETRY),
        (httpx.WriteError("x"), Outcome.RETRY), (httpx.ReadError("x"), Outcome.RETRY),
        (httpx.RemoteProtocolError("x"), Outcome.RETRY), (httpx.DecodingError("x"), Outcome.RETRY),
        (httpx.CloseError("x"), Outcome.RETRY), (httpx.UnsupportedProtocol("x"), Outcome.STOP_CONFIGURATION),
        (httpx.LocalProtocolError("x"), Outcome.STOP_CONFIGURATION),
    ],
)  # fmt: skip
def test_every_way_in_which_an_exchange_breaks(error, outcome):
    assert answers.of_exception(error)[0] is outcome


def test_a_certificate_that_cannot_be_trusted_stops_the_run():
    error = httpx.ConnectError("handshake")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    assert answers.of_exception(error) == (
        Outcome.STOP_CONFIGURATION, "the server's certificate cannot be trusted, so nothing was sent to it",
    )  # fmt: skip


def test_every_outcome_of_the_tables_has_its_rank():
    known = {*answers.BY_KEY.values(), *answers.BY_FAMILY.values(), *answers.BY_STATUS.values(), Outcome.UNKNOWN}
    assert known | set(answers.BY_KEY_OF_A_LOOK_UP.values()) <= set(answers.PRECEDENCE)


def test_several_lines_may_be_named_in_every_spelling_of_a_path(desk_at):
    said = [
        {"i18nKey": "422.025", "message": "is odd", "path": "lineItems[0].amount"},
        {"i18nKey": "422.025", "message": "is odd too", "path": "$.lineItems[0].quantity"},
        {"i18nKey": "422.009", "message": "is no utid", "path": "body.lineitems.1.utid"},
        {"i18nKey": "422.009", "message": "nobody", "field": "lineItems[7].utid"},
        {"i18nKey": "422.009", "message": "About all of it", "path": "/raas/v2/asyncOrders"},
    ]
    with stub(answer(422, {"errors": said})) as server:
        receipt = desk_at(server.url).client.place("q4-1", body("q4-1", line("L-1"), line("L-2")))
    assert receipt.refused == {
        "L-1": "amount: is odd quantity: is odd too", "L-2": "utid: is no utid", "(line 7)": "utid: nobody",
    }  # fmt: skip
    assert receipt.message.startswith("About all of it amount: is odd")


def test_sentences_repeat_nothing_of_what_was_sent_about_a_person(desk_at):
    said = errors("422.025", path="lineItems[0].recipient.firstName", invalidValue="Zebediah Quux")
    said["errors"][0]["message"] = (
        "Zebediah Quux <zeb@example.com> (+1 415-555-0100) is not Ana Example, see 2026-11-02"
    )
    with stub(answer(422, said)) as server:
        receipt = desk_at(server.url).client.place("q4-1", body("q4-1"))
    assert receipt.refused["L-1"] == "recipient.firstName: […] <[…]> ([…]) is not […] […], see 2026-11-02"


def test_failed_lines_tell_every_reason_once(desk_at):
    failed = [
        {
            "externalRefLineItemID": "L-1",
            "errors": [{"field": "utid", "message": "gone"}, {"field": "utid", "message": "gone"}],
        },
        {"lineItemId": "T-9", "errors": [{"errorCodeName": "ODD"}]},
        {},
    ]
    with stub(
        answer(201, {**JSON, "failedLineItems": failed, "duplicateLineItemRefIds": {"L-2": 2, "odd": "x"}})
    ) as server:
        receipt = desk_at(server.url).client.place("q4-1", body("q4-1"))
    assert receipt.refused == {
        "L-1": "utid: gone",
        "T-9": "ODD",
        "(unnamed)": "Tango refused this line without a reason.",
    }
    assert receipt.duplicates == {"L-2": 2}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Mon, 02 Nov 2026 09:00:30 GMT", 30.0),
        ("Mon, 02 Nov 2026 08:00:00 -0000", 0.0),
        ("soon", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(desk_at, header, seconds):
    with stub(answer(429, b"", f"Retry-After: {header}")) as server:
        assert desk_at(server.url, max_tries=1).client.place("q4-1", body("q4-1")).retry_after == seconds


def test_request_ids_are_kept(desk_at):
    with stub(answer(503, errors("503.501"), "X-REQUEST-ID: 1234567890123456")) as server:
        assert desk_at(server.url, max_tries=1).client.place("q4-1", body("q4-1")).request_id == "1234567890123456"


def test_an_answer_that_trickles_for_ever_is_left(clock):
    """Each byte comes in time; the whole does not."""
    from campaign_runner.tango.connection import Connection, TangoCall
    from campaign_runner.tango.receipts import placed_async
    from tests.tango.conftest import Turnstile

    with trickle() as url:
        connection = Connection(url, None, clock, Turnstile(clock), 0.05, lambda *_: None)
        receipt = connection.attempt(TangoCall("POST", url, "q4-1", placed_async, body=b"{}")).receipt
        connection.close()
    assert (receipt.outcome, receipt.code) == ("retry", "ReadTimeout")


@settings(max_examples=examples(150), deadline=None)
@given(ANY_JSON)
def test_no_json_whatever_makes_the_reading_fail(content):
    read = wire.read(json.dumps(content).encode())
    for found in (receipts.placed_async(200, read), receipts.placed_single(200, read), receipts.page(200, read)):
        assert isinstance(found.outcome, Outcome)
    said = refusals.complaint(read, json.dumps(content).encode())
    assert all(isinstance(sentence, str) for sentence in (said.message, *said.lines.values()))
    assert rewards.account(read) is None or read["accountidentifier"]
    rewards.catalogue(read), rewards.exchange_rates(read)


def test_the_key_that_decided_is_the_one_that_is_kept(desk_at):
    with stub(answer(422, errors("422.025", "404.142", **LINE_3))) as server:
        receipt = desk_at(server.url).client.place("q4-1", body("q4-1"))
    assert (receipt.code, receipt.refused) == ("404.142", {})


def test_a_new_key_about_a_single_order_is_about_its_line(desk_at):
    with stub(answer(422, errors("422.777", path="recipient.email"))) as server:
        receipt = desk_at(server.url, endpoint="orders").client.place("q4-1", body("q4-1"))
    assert (receipt.outcome, receipt.refused) == ("lines refused", {"q4-1": "recipient.email: About 422.777."})
