"""Looking an order up: all its lines over all pages, and lists for recovery."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaign_runner.model.errors import TangoStopped
from tests.tango.conftest import answer, body, line, single, stub

ADDRESS = {
    "streetLine1": "1 Main Street",
    "city": "Boston",
    "stateOrProvince": "MA",
    "postalCode": "02134",
    "country": "US",
}
PARCEL = {"deliveryMethod": "BULKSHIPMENT", "recipient": None, "quantity": 3, "shippingMethod": "upsground",
          "shipping": {"contactName": "Sam Example", "address": ADDRESS}}  # fmt: skip


def statuses(receipt):
    return {item.reference: item.status for item in receipt.lines}


def test_an_order_gets_on_by_being_looked_up(world):
    here = world(polls_until_final=2)
    here.client.place("q4-1", body("q4-1", line("L-1"), line("L-2")))
    assert statuses(here.client.look_up("q4-1")) == {"L-1": "PENDING", "L-2": "PENDING"}
    receipt = here.client.look_up("q4-1")
    assert (receipt.order_status, statuses(receipt)) == ("COMPLETE", {"L-1": "COMPLETE", "L-2": "COMPLETE"})


def test_magic_values_come_to_their_ends(world):
    here = world(polls_until_final=1)
    ends = {"fails": "FAILED", "cancelled": "CANCELLED", "returned": "RETURNED", "strange": "TRANSMOGRIFIED"}
    here.client.place(
        "q4-1", body("q4-1", line("L-0"), *(line(f"L-{end}", email=f"sim-{end}@example.com") for end in ends))
    )
    receipt = here.client.look_up("q4-1")
    assert statuses(receipt) == {"L-0": "COMPLETE"} | {f"L-{end}": word for end, word in ends.items()}
    assert receipt.order_status == "PARTIAL"
    assert 'The test value "sim-fails"' in next(item.reason for item in receipt.lines if item.status == "FAILED")
    assert here.simulator.statuses("q4-1") == statuses(receipt)


def test_a_line_that_never_ends_keeps_its_order_open(world):
    here = world(polls_until_final=1)
    here.client.place("q4-1", body("q4-1", line("L-1", lineItemNote="sim-pending")))
    assert [here.client.look_up("q4-1").order_status for _ in range(3)] == ["PENDING"] * 3


def test_amounts_fees_and_rates_are_exact(world):
    here = world()
    here.client.place("q4-1", body("q4-1", line("L-1", utid="U200101", amount=19.99), line("L-2", **PARCEL)))
    euro, parcel = here.client.look_up("q4-1").lines
    assert (euro.face_value, euro.charged, euro.exchange_rate) == (
        Decimal("19.99"),
        Decimal("21.59"),
        Decimal("1.08"),
    )
    assert (parcel.face_value, parcel.fee, parcel.shipping_fee) == (Decimal("25.0"), Decimal("10.5"), Decimal("9.95"))
    assert (parcel.charged, parcel.charged_currency) == (Decimal("95.45"), "USD")


def test_a_long_order_is_read_over_all_its_pages(world):
    here = world()
    here.client.place("q4-1", body("q4-1", *(line(f"L-{n}") for n in range(1201))))
    receipt = here.client.look_up("q4-1")
    assert [item.reference for item in receipt.lines] == [f"L-{n}" for n in range(1201)]
    assert here.desk.outcomes == ["accepted"] * 4
    assert here.desk.limiter.reserved == 4


def test_an_order_that_was_never_placed_is_not_found(world):
    receipt = world().client.look_up("q4-1")
    assert (receipt.outcome, receipt.http_status, receipt.code) == ("not found", 404, "404.017")


def test_another_accounts_order_is_not_found(world, desk_at):
    here = world()
    here.client.place("q4-1", body("q4-1"))
    assert desk_at(here.url, account="other-account").client.look_up("q4-1").outcome == "not found"


def test_a_page_that_fails_is_asked_for_again(world):
    here = world(faults=[{"kind": "503", "call": "look_up", "nth": 2}])
    here.client.place("q4-1", body("q4-1", *(line(f"L-{n}") for n in range(600))))
    assert len(here.client.look_up("q4-1").lines) == 600
    assert here.desk.outcomes == ["accepted", "accepted", "retry", "accepted"]


def test_half_an_order_is_no_order(world):
    here = world(faults=[{"kind": "500", "call": "look_up", "nth": 2, "times": 9}])
    here.client.place("q4-1", body("q4-1", *(line(f"L-{n}") for n in range(600))))
    receipt = here.client.look_up("q4-1")
    assert (receipt.outcome, receipt.lines) == ("retry", ())


def test_a_cursor_that_runs_in_a_circle_is_left(world):
    here = world(faults=[{"kind": "cursor-loop", "call": "look_up", "times": 99}])
    here.client.place("q4-1", body("q4-1"))
    receipt = here.client.look_up("q4-1")
    assert (receipt.outcome, receipt.message) == ("unknown", "Tango's page cursors run in a circle.")
    assert len(here.desk.records) == 3


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        ("strange-word", {"L-1": "TRANSMOGRIFIED", "L-2": "TRANSMOGRIFIED"}),
        ("extra-line", {"L-1": "PENDING", "L-2": "PENDING", "NEVER-SENT": "COMPLETE"}),
        ("missing-line", {"L-1": "PENDING"}),
        ("other-order", {"OTHER-L-1": "PENDING", "OTHER-L-2": "PENDING"}),
    ],
)
def test_odd_lines_come_through_as_they_are(world, fault, lines):
    here = world(faults=[{"kind": fault, "call": "look_up"}])
    here.client.place("q4-1", body("q4-1", line("L-1"), line("L-2")))
    assert statuses(here.client.look_up("q4-1")) == lines


def test_pages_of_two_orders_make_no_order(desk_at):
    def page(reference, cursor):
        lines = [{"externalRefLineItemID": f"L-{reference}", "lineItemStatus": "PENDING"}]
        return answer(200, {"externalRefID": reference, "lineItems": lines, "pagination": {"nextCursor": cursor}})

    with stub(page("q4-1", "next"), page("q4-2", None)) as server:
        receipt = desk_at(server.url).client.look_up("q4-1")
    assert (receipt.outcome, receipt.message) == ("unknown", "The pages of one order name different orders.")


def test_keys_are_read_whatever_their_case_and_new_ones_are_ignored(desk_at):
    line_item = {"referenceLineItemID": "T-1", "EXTERNALREFLINEITEMID": "L-1", "lineItemStatus": "complete",
                 "new": {"a": 1}, "amount": {"value": 10.10, "currencyCode": "EUR"},
                 "amountCharged": {"value": "11.00"}}  # fmt: skip
    content = {
        "externalRefID": "q4-1",
        "orderStatus": "Complete",
        "totalLineItems": "1",
        "lineItems": [line_item, None],
    }
    with stub(answer(200, content)) as server:
        (read,) = desk_at(server.url).client.look_up("q4-1").lines
    assert (read.tango_reference, read.reference, read.status) == ("T-1", "L-1", "complete")
    assert (read.face_value, read.currency, read.charged) == (Decimal("10.10"), "EUR", Decimal("11.00"))


def test_an_answer_without_lines_is_not_understood(desk_at):
    with stub(answer(200, {"externalRefID": "q4-1", "orderStatus": "COMPLETE"})) as server:
        assert desk_at(server.url).client.look_up("q4-1").outcome == "unknown"


def test_reasons_hold_no_personal_data(desk_at):
    wrong = [{"errorCode": "X", "errorMessage": "Mail to ana@example.com bounced; call +1 415 555 0100"}]
    content = {"externalRefID": "q4-1", "lineItems": [{"externalRefLineItemID": "L-1", "lineItemErrors": wrong}]}
    with stub(answer(200, content)) as server:
        (read,) = desk_at(server.url).client.look_up("q4-1").lines
    assert read.reason == "Mail to […] bounced; call […]"


def test_a_single_order_is_looked_up_as_an_order_of_one_line(world):
    here = world(endpoint="orders")
    here.client.place("q4-1", single("q4-1"))
    receipt = here.client.look_up("q4-1")
    assert (receipt.outcome, receipt.order_status, receipt.total) == ("accepted", "COMPLETE", 1)
    (read,) = receipt.lines
    assert (read.reference, read.status, read.charged) == ("q4-1", "COMPLETE", Decimal("25.0"))
    assert "SIM-SECRET" not in repr((receipt, here.desk.records))


def test_a_single_order_that_was_never_placed_is_not_found(world):
    here = world(endpoint="orders")
    here.client.place("q4-1", single("q4-1"))
    assert here.client.look_up("q4-2").outcome == "not found"


def test_single_orders_may_fail_later(world):
    here = world(endpoint="orders", polls_until_final=2)
    here.client.place("q4-1", single("q4-1", message="sim-fails"))
    assert [here.client.look_up("q4-1").order_status for _ in range(2)] == ["PENDING", "FAILED"]


def test_a_list_of_single_orders_that_cannot_be_read_is_said_so(desk_at):
    with stub(answer(200, {"orders": "none"})) as server:
        assert desk_at(server.url, endpoint="orders").client.look_up("q4-1").outcome == "unknown"


def test_a_campaigns_orders_are_listed_over_all_pages_without_failed_ones(world):
    here = world(polls_until_final=1)
    for number in range(503):
        here.client.place(f"q4-{number}", body(f"q4-{number}"))
    here.client.place("q4-bad", body("q4-bad", line("L-1", email="sim-fails@example.com")))
    here.client.look_up("q4-bad")
    here.client.place("q3-1", body("q3-1", campaign="Q3"))
    assert [order.reference for order in here.client.list_orders("Q4")] == [f"q4-{number}" for number in range(503)]


def test_single_orders_are_listed_page_by_page(world):
    here = world(endpoint="orders")
    for number in range(101):
        here.client.place(f"q4-{number}", single(f"q4-{number}"))
    assert [order.reference for order in here.client.list_orders("Q4")] == [f"q4-{number}" for number in range(101)]


@pytest.mark.parametrize("endpoint", ["asyncOrders", "orders"])
def test_a_list_that_breaks_off_is_not_taken_for_whole(desk_at, endpoint):
    with stub(answer(200, {"wrong": []})) as server, pytest.raises(TangoStopped, match="could not be read"):
        list(desk_at(server.url, endpoint=endpoint).client.list_orders("Q4"))
