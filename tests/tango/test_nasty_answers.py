"""Whatever Tango answers, byte by byte: no exception but the documented ones, and nothing that the ledger cannot keep."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, String

from campaign_runner.ledger import schema
from campaign_runner.model import LineAnswer, Outcome, Receipt
from campaign_runner.model.errors import TangoStopped
from campaign_runner.tango import refusals, wire
from campaign_runner.tango.call_limits import LIMITS, LONGEST_HOLD, Limit
from campaign_runner.tango.connection import retry_after
from campaign_runner.tango.wire import TooLarge, unpacked
from tests.examples import examples
from tests.tango.conftest import OAUTH, HandClock, answer, body, stub

# Fragments of JSON as text, so that keys may be there twice and numbers as nobody would write them.
SCALARS = st.sampled_from([
    "null", "true", "false", "0", "-1", "2", "1.5", "1e400", "-1e400", "1e-99999999999999999999", "9" * 30, "9" * 5000,
    "99999999999999", "0e-999", "1E+3", '""', '"x"', '"COMPLETE"', '"FAILED"', '"\\ud83d"', '"a \\ud83d b"', '"\\u0000"',
    '"\\u2028"', '"4"', '"1_000"', '"\\u0661"', '"' + "x" * 3000 + '"', '"L-1"', '"q4-1"', '"NaN"', '"1e999999999"',
    '"2026-02-30T00:00:00Z"', '"401.001"', '"lineItems[99999].x"', '"lineItems[0].utid"', "[]", "{}", "[[[[1]]]]",
])  # fmt: skip
NAMES = (
    "externalRefID", "ExternalRefID", "status", "orderStatus", "totalLineItems", "createdAt", "order", "orders",
    "lineItems",
    "externalRefLineItemID", "referenceLineItemId", "referenceOrderID", "lineItemStatus", "deliveryStatus", "amount",
    "amountCharged", "total", "value", "fee", "shippingFee", "exchangeRate", "currencyCode", "lineItemErrors",
    "errorMessage",
    "failedLineItems", "duplicateLineItemRefIds", "errors", "error", "i18nKey", "message", "path", "invalidValue",
    "pagination", "nextCursor", "nextPageAvailable", "recipient", "brands", "items", "utid", "minValue", "exchangeRates",
    "baseFx", "rewardCurrency", "accountIdentifier", "currentBalance", "access_token", "expires_in", "quantityConstraints",
)  # fmt: skip


def _object(pairs):
    return "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}"


def _containers(inner):
    pairs = st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=9)
    return pairs.map(_object) | st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")


JSON_TEXT = st.recursive(SCALARS, _containers, max_leaves=30)
# An order with everything that is read of one, each value drawn.
LINE = st.tuples(*(st.tuples(st.just(name), JSON_TEXT) for name in NAMES[8:24])).map(_object)
ORDER = st.tuples(st.lists(LINE, max_size=3), st.lists(st.tuples(st.sampled_from(NAMES), JSON_TEXT), max_size=6)).map(
    lambda drawn: _object([("externalRefID", '"q4-1"'), ("lineItems", f"[{','.join(drawn[0])}]"), *drawn[1]])
)


def keepable(receipt: Receipt) -> None:
    """Whether PostgreSQL takes all that the ledger keeps of it."""
    texts = {"tango_order_id": receipt.tango_order_id, "request_id": receipt.request_id, "code": receipt.code}
    assert all(len(text) <= wire.LENGTHS[name] for name, text in texts.items())
    assert isinstance(receipt.outcome, Outcome)
    for line in receipt.lines:
        assert len(line.tango_reference) <= 100
        assert max(len(line.status), len(line.delivery_status)) <= 40
        for money in (line.face_value, line.charged, line.fee, line.shipping_fee, line.exchange_rate):
            assert money is None or (abs(money) < wire.MOST and len(f"{money:f}") <= 40)
    for text in (
        *texts.values(),
        receipt.message,
        *(line.reason for line in receipt.lines),
        *receipt.refused.values(),
    ):
        text.encode()
        assert "\0" not in text


@settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
@given(JSON_TEXT | ORDER, st.sampled_from([200, 201, 200, 200, 400, 401, 403, 404, 409, 422, 429, 503]))
def test_no_answer_to_any_call_is_an_exception(nasty_server, text, status):
    server, async_desk, single_desk, oauth_desk = nasty_server
    server.answers[:] = [answer(status, text.encode())]
    for client in (async_desk.client, single_desk.client):
        keepable(client.place("q4-1", body("q4-1")))
        keepable(client.look_up("q4-1"))
        for ask in (client.account, client.catalogue, client.exchange_rates):
            keepable(ask()[0])
        with suppress(TangoStopped):
            assert all(isinstance(word, str) for order in client.list_orders("Q4") for word in order)
    keepable(oauth_desk.client.place("q4-1", body("q4-1")))


@pytest.fixture
def nasty_server(desk_at):
    with stub(answer(200)) as server:
        yield (server, desk_at(server.url, max_tries=1), desk_at(server.url, endpoint="orders", max_tries=1),
               desk_at(server.url, credentials=OAUTH, max_tries=1))  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe[\x00]\x00", b"\xed\xa0\x80", b'"' * 7]
)
def test_what_is_no_json_is_none(content):
    assert wire.read(content) is None or isinstance(wire.read(content), list)


def test_half_an_emoji_becomes_a_question_mark():
    said = wire.read(b'{"message": "bad \\ud83d name \\u0000 and\\u2028more"}')
    assert wire.text(said["message"]) == "bad ? name and more"


@pytest.mark.parametrize(
    ("written", "amount"),
    [("25.50", "25.50"), ("0", "0"), ("-3.2", "-3.2"), ("1e-99999999999999999999", None), ("1e400", None), ("1E+3", "1E+3"),
     ("99999999999999", None), ('"1_000"', None), ('"\\u0661"', None), ("true", None), ('"12.5"', "12.5"),
     ("0.12345678901234567890123", "0.123456789012"), ("9" * 4000, None)],
)  # fmt: skip
def test_an_amount_can_be_added_up_or_is_none(written, amount):
    read = wire.money(wire.read(written.encode()))
    assert read == (None if amount is None else Decimal(amount))


def length_of(column: Column[Any]) -> int:
    assert isinstance(column.type, String)
    assert column.type.length
    return column.type.length


def test_every_length_fits_the_ledgers_columns():
    columns = {**{c.name: c for c in schema.batches.c}, **{c.name: c for c in schema.line_items.c},
               **{c.name: c for c in schema.attempts.c}}  # fmt: skip
    kept = {"tango_order_id": "tango_order_id", "tango_reference": "tango_reference", "delivery_status": "delivery_status",
            "currency": "charged_currency", "code": "code", "request_id": "request_id"}  # fmt: skip
    for field, column in kept.items():
        assert wire.LENGTHS[field] <= length_of(columns[column]), field
    longest = f"-{wire.MOST - wire.PLACES:f}"
    for column in ("charged", "fee", "shipping_fee", "exchange_rate", "stated"):
        assert len(longest) <= length_of(columns[column]), column


def test_a_code_of_an_exception_fits_as_well():
    from campaign_runner.tango.answers import BY_EXCEPTION

    assert max(len(kind.__name__) for kind, *_ in BY_EXCEPTION) <= length_of(schema.attempts.c.code)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Fri, 27 Nov 2026 12:00:00 +9999999999999999", None), ("9" * 400, None), ("99999999999", LONGEST_HOLD), ("-5", None),
     ("1.5", 1.5), ("١", None), ("soon", None), ("Fri, 31 Dec 9999 23:59:59 -2359", LONGEST_HOLD), ("nan", None),
     ("Mon, 02 Nov 2026 09:00:30 GMT", 30.0), ("0", 0.0), ("\ud83d", None)],
)  # fmt: skip
def test_retry_after_of_any_kind(header, seconds):
    assert retry_after(header, HandClock().now()) == seconds


@pytest.mark.parametrize("token", ["tökén", "two words", "", "x" * 20_000, 7, None, ["t"], "new\nline"])
def test_a_token_that_cannot_stand_in_a_header_is_none(desk_at, token):
    with stub(answer(200, {"access_token": token})) as server:
        receipt = desk_at(server.url, credentials=OAUTH).client.place("q4-1", body("q4-1"))
    assert receipt.outcome in ("configuration", "not connected")
    assert "access token" in receipt.message


def test_the_token_endpoint_is_not_asked_again_and_again(desk_at):
    with stub(answer(200, b"<html>Sign in</html>")) as server:
        client = desk_at(server.url, credentials=OAUTH).client
        for number in range(20):
            receipt = client.place(f"q4-{number}", body(f"q4-{number}"))
        assert len(server.asked) == 2
    assert receipt.outcome == "configuration"


def test_a_refused_token_request_is_made_once(desk_at):
    with stub(answer(401, {"error": "invalid_grant", "error_description": "The credentials are wrong"})) as server:
        client = desk_at(server.url, credentials=OAUTH).client
        receipts = [client.place(f"q4-{number}", body(f"q4-{number}")) for number in range(5)]
        assert len(server.asked) == 1
    assert {receipt.message for receipt in receipts} == {"Tango gave no access token: The credentials are wrong"}


def test_a_token_of_no_life_is_used_for_a_minute(desk_at):
    placed = answer(201, {"externalRefID": "q4-1", "status": "PENDING"})
    with stub(answer(200, {"access_token": "t-1", "expires_in": 1}), placed) as server:
        client = desk_at(server.url, credentials=OAUTH).client
        for _ in range(4):
            client.place("q4-1", body("q4-1"))
        assert len(server.asked) == 5


# ---- what an answer may cost ---------------------------------------------------------------------------------------

SMALL = Limit(10_000, 50_000, 3)


def test_one_layer_is_unpacked_whatever_its_kind():
    data = json.dumps({"a": list(range(500))}).encode()
    bare = zlib.compressobj(wbits=-15)
    for encoding, packed in (("gzip", gzip.compress(data)), ("deflate", zlib.compress(data)),
                             ("deflate", bare.compress(data) + bare.flush()), ("identity", data), ("", data),
                             ("gzip", gzip.compress(data[:9]) + gzip.compress(data[9:]))):  # fmt: skip
        assert unpacked([packed[:7], packed[7:]], encoding, SMALL) == data


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_ten_kilobytes_that_would_become_gigabytes_cost_nothing(desk_at, layers):
    bomb = b"0" * 30_000_000
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    tracemalloc.start()
    began = time.perf_counter()
    with stub(answer(200, bomb, f"Content-Encoding: {', '.join(['gzip'] * layers)}")) as server:
        receipt = desk_at(server.url, max_tries=1).client.look_up("q4-1")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (receipt.outcome, peak < 5_000_000, time.perf_counter() - began < 20) == ("retry", True, True)


@pytest.mark.parametrize("call", sorted(LIMITS))
def test_one_layer_stops_at_the_limit_of_its_call(call):
    limit = LIMITS[call]
    packed = gzip.compress(b"0" * (limit.unpacked + 10_000_000))
    with pytest.raises(TooLarge):
        unpacked([packed], "gzip", limit)


def test_a_body_that_is_larger_than_its_call_allows_is_left(desk_at):
    with stub(answer(200, b" " * (LIMITS["account"].packed + 1))) as server:
        receipt, found = desk_at(server.url, max_tries=1).client.account()
    assert (receipt.outcome, receipt.code, found) == ("retry", "TooLarge", None)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "gzip;q=1", "nonsense"])
def test_what_was_not_asked_for_is_not_unpacked(desk_at, encoding):
    with stub(answer(200, gzip.compress(b"{}"), f"Content-Encoding: {encoding}")) as server:
        assert desk_at(server.url, max_tries=1).client.look_up("q4-1").outcome == "retry"


@contextmanager
def dripping(first: bytes, drop: bytes, gap: float = 0.05):
    """A server that sends `first`, then `drop` again and again."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

    def drip(connection) -> None:
        with connection, suppress(OSError):
            connection.recv(100_000)
            connection.sendall(first)
            while True:
                connection.sendall(drop)
                time.sleep(gap)

    threading.Thread(target=work, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


@pytest.mark.parametrize(
    ("first", "drop"),
    [(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"), (b"", b"H"), (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b" "),
     (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n")],
)  # fmt: skip
def test_headers_and_bodies_that_drip_are_left_in_time(desk_at, first, drop):
    from campaign_runner.model import Order
    from campaign_runner.tango.client import Client
    from tests.tango.conftest import BASIC, Turnstile

    clock = HandClock()
    with dripping(first, drop) as url, Client(
        base_url=url, order=Order("q4", "acme-customer", "acme-account"), credentials=BASIC, clock=clock,
        limiter=Turnstile(clock), record=lambda *_: None, timeout_seconds=0.3, max_tries=1,
    ) as client:  # fmt: skip
        began = time.perf_counter()
        receipt = client.place("q4-1", body("q4-1"))
    assert receipt.outcome == "retry"
    assert time.perf_counter() - began < 10


def pages(*contents, cursors=None):
    """Pages of an order, each with the lines named."""
    for number, names in enumerate(contents):
        lines = [
            {"externalRefLineItemID": name, "lineItemStatus": "PENDING", "referenceLineItemId": name}
            for name in names
        ]
        cursor = {"nextCursor": f"c{number}"} if number < len(contents) - 1 or cursors else {}
        yield answer(200, {"externalRefID": "q4-1", "lineItems": lines, "pagination": cursor})


def test_a_page_without_lines_and_another_cursor_ends_it(desk_at):
    with stub(*pages([], [], [], cursors=True)) as server:
        assert desk_at(server.url).client.look_up("q4-1").outcome == "unknown"
        assert len(server.asked) == 1


def test_pages_that_bring_nothing_new_end_it_though_their_cursors_grow(desk_at):
    with stub(*pages(*[["L-1"]] * 50, cursors=True)) as server:
        assert desk_at(server.url).client.look_up("q4-1").outcome == "unknown"
        assert len(server.asked) == 2


def test_there_is_an_end_to_pages_that_bring_a_new_line_each(desk_at):
    most = LIMITS["look_up"].pages
    with stub(*pages(*[[f"L-{n}"] for n in range(most + 50)], cursors=True)) as server:
        assert desk_at(server.url).client.look_up("q4-1").outcome == "unknown"
        assert len(server.asked) == most


def test_a_list_of_single_orders_that_repeats_itself_is_left(desk_at):
    with stub(answer(200, {"orders": [{"externalRefID": "q4-1"}]})) as server:
        with pytest.raises(TangoStopped, match="does not end"):
            list(desk_at(server.url, endpoint="orders").client.list_orders("Q4"))
        assert len(server.asked) == 2


# ---- smaller things ------------------------------------------------------------------------------------------------


def test_cookies_are_not_sent_back(desk_at):
    placed = answer(201, {"externalRefID": "q4-1"}, "Set-Cookie: session=secret; Path=/")
    with stub(placed) as server:
        client = desk_at(server.url).client
        client.place("q4-1", body("q4-1"))
        client.place("q4-1", body("q4-1"))
        assert not any(b"cookie" in request.lower() for request in server.asked)


def test_a_line_that_is_shown_twice_has_the_status_of_the_one_that_is_alive(desk_at):
    def shown(*pairs):
        lines = [
            {"externalRefLineItemID": "L-1", "referenceLineItemId": ref, "lineItemStatus": word}
            for ref, word in pairs
        ]
        return answer(200, {"externalRefID": "q4-1", "totalLineItems": len(lines), "lineItems": lines})

    for lines in ([("LI-1", "RETURNED"), ("LI-2", "COMPLETE")], [("LI-2", "COMPLETE"), ("LI-1", "RETURNED")],
                  [("LI-9", "COMPLETE"), ("LI-10", "COMPLETE")]):  # fmt: skip
        with stub(shown(*lines)) as server:
            receipt = desk_at(server.url).client.look_up("q4-1")
        assert (receipt.total, len(receipt.lines), receipt.lines[0].status) == (1, 1, "COMPLETE")
        assert receipt.lines[0].tango_reference == max((ref for ref, word in lines if word == "COMPLETE"), key=len)


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "1 " * 100_000, "a@" * 100_000, "(1)" * 70_000, "<" * 200_000, "1" * 200_000]
)
def test_long_messages_are_cleaned_in_linear_time(text):
    began = time.process_time()
    for _ in range(20):
        refusals.safe(text)
    refusals.page(text.encode(), None)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("said", "kept"),
    [("write to ana@example.com now", "write to […] now"), ("call +1 (415) 555-0100.", "call […]."),
     ("on 2026-11-27 10:00 UTC", "on 2026-11-27 10:00 UTC"), ("id 12345678x", "id 12345678x"), ("1234567", "[…]"),
     ("mail:ana@example.com;", "mail:[…];"), ("123456", "123456"), ("@example.com", "[…]")],
)  # fmt: skip
def test_what_is_cleaned_stays_what_it_was(said, kept):
    assert refusals.safe(said) == kept


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [(403, b"<html><head><style>b {}</style><title>Forbidden</title></head><body>No access &amp; no key</body></html>",
      "Forbidden No access & no key"),
     (401, {"error": "invalid_token", "error_description": "The token has expired"}, "The token has expired"),
     (403, {"errors": [{"i18nKey": "user.not.allowed", "message": "You may not do this"}]}, "You may not do this"),
     (403, {"errors": ["Forbidden for this platform"]}, "Forbidden for this platform"),
     (403, ["Forbidden"], "Forbidden"), (401, b'"Go away"', "Go away"), (403, {"detail": "No rights"}, "No rights"),
     (403, {"i18nKey": "404.017", "title": "Blocked"}, "Blocked"), (403, b"A firewall says no", "A firewall says no")],
)  # fmt: skip
def test_401_and_403_of_any_shape_stop_the_run_with_tangos_own_words(desk_at, status, content, words):
    with stub(answer(status, content)) as server:
        client = desk_at(server.url).client
        for receipt in (client.place("q4-1", body("q4-1")), client.look_up("q4-1")):
            assert (receipt.outcome, receipt.message) == ("configuration", words)


def test_the_reissued_line_answer_is_pure():
    lines = [
        LineAnswer("L-1", "RETURNED", "LI-1"),
        LineAnswer("L-1", "COMPLETE", "LI-2"),
        LineAnswer("L-2", "FAILED", ""),
    ]
    from campaign_runner.tango.receipts import each_once

    assert [(line.reference, line.status) for line in each_once(lines)] == [("L-1", "COMPLETE"), ("L-2", "FAILED")]
