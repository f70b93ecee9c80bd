"""The stand-in reads every order as Tango's pages say: one wrong thing at a time, named by its path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaign_runner.simulator import Simulator
from campaign_runner.simulator.answer import Request
from tests.tango.conftest import HandClock, body, line, single

HEADERS = {"content-type": "application/json", "authorization": "Basic YTpi"}
HOME = {
    "streetLine1": "1 Main Street",
    "city": "Boston",
    "stateOrProvince": "MA",
    "postalCode": "02134",
    "country": "US",
}
ANA = {"firstName": "Ana", "lastName": "Example", "email": "ana@example.com"}
PARCEL = {
    "recipient": None,
    "quantity": 3,
    "shippingMethod": "upsground",
    "shipping": {"contactName": "Sam", "address": HOME},
}
OTHER_FORM = {
    "companyName": "Example Ltd",
    "contactFirstName": "Sam",
    "contactMobileNumber": "+14155550100",
    "address": HOME,
}

GOOD: dict[str, dict[str, Any]] = {
    "EMAIL": {"etid": "E000001", "emailSubject": "Hello", "message": "Thanks", "lineItemNote": "n"},
    "PHONE": {"recipient": {"firstName": "Ana", "mobileNumber": "+14155550100"}},
    "EMBEDDED": {},
    "NONE": {"recipient": {"firstName": "Ana"}},
    "ADDRESS": {"recipient": ANA | {"address": HOME}, "shippingMethod": "usps1stclass", "ptid": "P12"},
    "BULKDIGITAL": {"recipient": None, "quantity": 7},
    "BULKSHIPMENT": PARCEL,
}


def post(content: bytes, path: str = "/asyncOrders", **headers: str):
    simulator = Simulator(clock=HandClock(), requests_per_second=0)
    found = simulator.handle(Request("POST", path, HEADERS | headers, content))
    return found.status, json.loads(found.body())


def wrong(content: bytes, path: str = "/asyncOrders") -> list[tuple[str, str]]:
    status, answer = post(content, path)
    return [(error.get("path", ""), error["i18nKey"]) for error in answer["errors"]] if status >= 400 else []


def place_of(method: str, **changes) -> list[tuple[str, str]]:
    changed = line("L-1", deliveryMethod=method, **{**GOOD[method], **changes})
    return [(path.removeprefix("lineItems[0]."), key) for path, key in wrong(body("q4-1", changed))]


@pytest.mark.parametrize("method", GOOD)
def test_a_good_line_of_each_method_is_taken(method):
    assert place_of(method) == []


@pytest.mark.parametrize(
    ("method", "changes", "path"),
    [
        ("EMAIL", {"recipient": {"firstName": "Ana"}}, "recipient.email"),
        ("EMAIL", {"recipient": None}, "recipient"),
        ("EMAIL", {"recipient": "Ana"}, "recipient"),
        ("EMAIL", {"email": "ana@@example.com"}, "recipient.email"),
        ("EMAIL", {"email": "ana@example"}, "recipient.email"),
        ("EMAIL", {"firstName": "A/na"}, "recipient.firstName"),
        ("EMAIL", {"firstName": "A" * 101}, "recipient.firstName"),
        ("EMAIL", {"firstName": 7}, "recipient.firstName"),
        ("EMAIL", {"recipient": ANA | {"nickname": "A"}}, "recipient.nickname"),
        ("EMAIL", {"recipient": ANA | {"address": HOME}}, "recipient.address"),
        ("EMAIL", {"quantity": 2}, "quantity"),
        ("EMAIL", {"shipping": PARCEL["shipping"]}, "shipping"),
        ("EMAIL", {"etid": "E1"}, "etid"),
        ("EMAIL", {"amount": 0}, "amount"),
        ("EMAIL", {"amount": 25.001}, "amount"),
        ("EMAIL", {"amount": "25.00"}, "amount"),
        ("EMAIL", {"amount": True}, "amount"),
        ("EMAIL", {"amount": 1_000_000}, "amount"),
        ("EMAIL", {"amount": 10_000.01}, "amount"),
        ("EMAIL", {"utid": "X1"}, "utid"),
        ("EMAIL", {"utid": "U999999999"}, "utid"),
        ("EMAIL", {"utid": "U200404"}, "utid"),
        ("EMAIL", {"utid": "U154092"}, "amount"),
        ("EMAIL", {"utid": "U200401", "amount": 10.5}, "amount"),
        ("EMAIL", {"utid": "U200201"}, "deliveryMethod"),
        ("EMAIL", {"utid": "U200403"}, "recipient.address"),
        ("EMAIL", {"message": "m" * 1025}, "message"),
        ("EMAIL", {"lineItemNote": "m" * 151}, "lineItemNote"),
        ("EMAIL", {"deliveryDate": "2026-11-08"}, "deliveryDate"),
        ("EMAIL", {"deliveryDate": "2026-02-30"}, "deliveryDate"),
        ("EMAIL", {"deliveryDate": "soon"}, "deliveryDate"),
        ("EMAIL", {"expirationDate": "2026-12-31T00:00:00Z"}, "expirationDate"),
        ("EMAIL", {"utid": "U200301", "expirationDate": "2026-12-31T00:00:00"}, "expirationDate"),
        ("EMAIL", {"utid": "U200301", "expirationDate": "2028-12-31T00:00:00Z"}, "expirationDate"),
        ("EMAIL", {"externalRefLineItemID": "r" * 151}, "externalRefLineItemID"),
        ("EMAIL", {"externalRefLineItemID": None}, "externalRefLineItemID"),
        ("PHONE", {"recipient": {"firstName": "Ana"}}, "recipient.mobileNumber"),
        ("PHONE", {"recipient": {"firstName": "Ana", "mobileNumber": "+1415555"}}, "recipient.mobileNumber"),
        ("EMBEDDED", {"etid": "E000001"}, "etid"),
        ("NONE", {"recipient": {"lastName": "Example"}}, "recipient.firstName"),
        ("ADDRESS", {"recipient": ANA}, "recipient.address"),
        ("ADDRESS", {"recipient": {"firstName": "Ana", "address": HOME}}, "recipient.lastName"),
        ("ADDRESS", {"recipient": ANA | {"firstName": "Anaïs", "address": HOME}}, "recipient.firstName"),
        ("ADDRESS", {"recipient": ANA | {"address": HOME | {"city": "B" * 31}}}, "recipient.address.city"),
        ("ADDRESS", {"recipient": ANA | {"address": HOME | {"streetLine1": "  "}}}, "recipient.address.streetLine1"),
        (
            "ADDRESS",
            {"recipient": ANA | {"address": HOME | {"stateOrProvince": "ma"}}},
            "recipient.address.stateOrProvince",
        ),
        ("ADDRESS", {"recipient": ANA | {"address": HOME | {"postalCode": "2134"}}}, "recipient.address.postalCode"),
        ("ADDRESS", {"recipient": ANA | {"address": HOME | {"country": "XX"}}}, "recipient.address.country"),
        ("ADDRESS", {"recipient": ANA | {"address": HOME | {"country": []}}}, "recipient.address.country"),
        ("ADDRESS", {"shippingMethod": None}, "shippingMethod"),
        ("ADDRESS", {"shippingMethod": "pigeon"}, "shippingMethod"),
        ("BULKDIGITAL", {"recipient": ANA}, "recipient"),
        ("BULKDIGITAL", {"quantity": 0}, "quantity"),
        ("BULKDIGITAL", {"quantity": 1.5}, "quantity"),
        ("BULKDIGITAL", {"utid": "U200402", "quantity": 51}, "quantity"),
        ("BULKSHIPMENT", {"shipping": None}, "shipping"),
        ("BULKSHIPMENT", {"shipping": {"address": HOME, "contactName": "S" * 51}}, "shipping.contactName"),
        ("BULKSHIPMENT", {"recipient": ANA}, "recipient"),
    ],
)
def test_each_rule_broken_alone_is_named_once_by_its_path(method, changes, path):
    assert [found for found, _ in place_of(method, **changes)] == [path]


def test_canada_and_the_rest_of_the_world_have_addresses_too():
    canada = HOME | {"stateOrProvince": "ON", "postalCode": "K1A 0B1", "country": "CA"}
    elsewhere = HOME | {"stateOrProvince": "Bayern", "postalCode": "80331", "country": "DE"}
    assert place_of("ADDRESS", recipient=ANA | {"address": canada}) == []
    assert place_of("ADDRESS", recipient=ANA | {"address": elsewhere}) == []


def test_the_other_form_of_a_bulk_shipment_is_taken():
    assert place_of("BULKSHIPMENT", shipping=None, bulkShipping=OTHER_FORM) == []


def test_null_is_the_same_as_left_out():
    assert wrong(body("q4-1", line("L-1") | {"shipping": None, "etid": None})) == []


def test_a_promo_link_may_expire_and_a_cash_transfer_may_have_an_address():
    assert (
        place_of("EMAIL", utid="U200301", expirationDate="2026-12-31T00:00:00+01:00", deliveryDate="2026-11-09") == []
    )
    assert place_of("EMAIL", utid="U200403", recipient=ANA | {"address": HOME}) == []


@pytest.mark.parametrize("method", ["email", "PIGEON", None, 7])
def test_a_method_that_nobody_knows_is_named(method):
    assert wrong(body("q4-1", line("L-1", deliveryMethod=method))) == [("lineItems[0].deliveryMethod", "422.009")]


def test_every_line_is_looked_at():
    found = wrong(body("q4-1", line("L-1", amount=-1), line("L-2"), line("L-3", utid="?")))
    assert found == [("lineItems[0].amount", "422.009"), ("lineItems[2].utid", "422.009")]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"externalRefID": "with space"}, "externalRefID"), ({"externalRefID": None}, "externalRefID"),
        ({"customerIdentifier": "acme"}, "customerIdentifier"), ({"notes": "n" * 151}, "notes"),
        ({"lineItems": []}, "lineItems"), ({"lineItems": {}}, "lineItems"), ({"extra": 1}, "extra"),
        ({"sender": {"firstName": "A<"}}, "sender.firstName"), ({"purchaseOrderNumber": 7}, "purchaseOrderNumber"),
    ],
)  # fmt: skip
def test_the_order_itself_is_looked_at(changes, path):
    assert wrong(body("q4-1", **changes)) == [(path, "422.001")]


def test_what_is_no_json_order_is_refused():
    assert post(b"{")[0] == 400
    assert post(b"[]")[1]["errors"][0]["path"] == "body"
    assert post(body("q4-1"), **{"content-type": "text/plain"})[0] == 415


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"sendEmail": False, "recipient": {}}, {"deliveryMethod": "NONE"}, {"etid": "E000001"},
        {"recipient": ANA | {"address": HOME}, "deliveryMethod": "ADDRESS"}, {"recipient": ANA | {"address": HOME}},
        {"deliveryMethod": "PHONE", "recipient": {"firstName": "Ana", "mobileNumber": "+14155550100"}},
    ],
)  # fmt: skip
def test_a_good_single_order_is_taken(changes):
    assert wrong(single("q4-1", **changes), "/orders") == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"recipient": {"firstName": "Ana"}}, "recipient.email"), ({"deliveryMethod": "BULKDIGITAL"}, "deliveryMethod"),
        ({"recipient": ANA | {"address": HOME | {"postalCode": "1"}}}, "recipient.address.postalCode"),
        ({"recipient": ANA | {"address": HOME, "firstName": "Anaïs"}}, "recipient.firstName"),
        ({"deliveryMethod": "NONE", "etid": "E000001"}, "etid"), ({"quantity": 1}, "quantity"),
        ({"expirationDate": "2026-12-31T00:00:00Z"}, "expirationDate"), ({"sendEmail": "yes"}, "sendEmail"),
        ({"utid": "U154092"}, "amount"), ({"lineItems": []}, "lineItems"),
    ],
)  # fmt: skip
def test_each_rule_of_a_single_order_is_named_by_its_path(changes, path):
    assert [found for found, _ in wrong(single("q4-1", **changes), "/orders")] == [path]


def test_magic_values_refuse_single_orders():
    assert wrong(single("q4-1", message="sim-422"), "/orders") == [("", "422.501")]
