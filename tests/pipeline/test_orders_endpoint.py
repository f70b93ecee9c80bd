"""Accounts without async orders: one call per line to POST /orders, the same ledger, statuses and reports."""

from __future__ import annotations

import json

import pytest

from campaign_runner.app.retry import retry_failed
from campaign_runner.model.errors import ExitCode
from tests.pipeline.people import ANA, BEN

CY = "3,EMAIL,Cy,Roe,cy@example.com,,U561593,5"
OUR = "4,NONE,Our,Own,,,U561593,7"
FAILS = "5,EMAIL,Dee,Fox,sim-fails@example.com,,U561593,30"


def bodies(office):
    return [json.loads(order.body) for order in office.tango.orders()]


def test_each_line_is_an_order_of_its_own(office):
    assert office.run(office.file(ANA, CY, OUR), endpoint="orders").exit_code is ExitCode.DONE
    assert sorted((body["amount"], body["sendEmail"]) for body in bodies(office)) == [
        (5, True),
        (7, False),
        (25, True),
    ]
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed"}


def test_a_second_run_sends_nothing(office):
    path = office.file(ANA, CY)
    office.run(path, endpoint="orders")
    office.run(path, endpoint="orders")
    assert [order.posts for order in office.tango.orders()] == [1, 1]


def test_methods_and_dates_that_orders_cannot_carry_are_refused_at_the_cell(office):
    office.run(office.file(ANA, BEN), endpoint="orders")
    assert office.statuses() == {2: "completed", 3: "rejected"}
    assert office.report()[1]["Reason"].startswith(
        'B3 (Method): "PHONE" cannot be delivered through endpoint = "orders"'
    )


def test_phones_can_be_reached_once_the_page_allows_it(office):
    office.run(office.file(BEN), endpoint="orders", orders_form="deliveryMethod")
    assert bodies(office)[0]["recipient"]["mobileNumber"] == "+14155550100"
    assert bodies(office)[0]["deliveryMethod"] == "PHONE"


@pytest.mark.usefixtures("every_report")
def test_no_gift_code_reaches_the_state_folder_or_a_report(office):
    office.run(office.file(ANA), endpoint="orders")
    written = [path.read_bytes() for folder in ("state", "reports") for path in (office.folder / folder).rglob("*.*")]
    assert not any(b"credential" in text.lower() for text in written)


def test_a_failed_line_is_placed_again_under_a_new_reference(office):
    office.run(office.file(ANA, FAILS), endpoint="orders")
    retry_failed(office.runtime(endpoint="orders"))
    assert len({order.reference for order in office.tango.orders()}) == 3


def test_an_answer_that_was_lost_is_found_again(office):
    office.tango.set_faults([{"kind": "lost-answer", "call": "place"}])
    assert office.run(office.file(ANA), endpoint="orders").exit_code is ExitCode.DONE
    assert len(list(office.tango.orders())) == 1
