"""Placing an order: what comes back, and what is sent again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign_runner.model import Order
from campaign_runner.model.errors import StateError
from campaign_runner.tango.client import Client
from tests.tango.conftest import BASIC, OAUTH, Turnstile, body, line, single


def test_a_new_order_is_accepted_and_its_lines_are_counted(world):
    receipt = world().client.place("q4-1", body("q4-1", line("L-1"), line("L-2")))
    assert (receipt.outcome, receipt.http_status, receipt.total) == ("accepted", 201, 2)
    assert (receipt.order_reference, receipt.order_status) == ("q4-1", "PENDING")
    assert receipt.request_id == "sim-00000001"


def test_the_very_bytes_that_were_given_arrive(world):
    here, sent = world(), body("q4-1").replace(b"25.0", b"25.00")
    here.client.place("q4-1", sent)
    assert [order.body for order in here.simulator.orders()] == [sent]


def test_a_repeated_reference_gives_the_old_order_even_with_another_body(world):
    here = world()
    here.client.place("q4-1", body("q4-1", line("L-1")))
    receipt = here.client.place("q4-1", body("q4-1", line("L-7"), line("L-8")))
    assert (receipt.http_status, receipt.total) == (200, 1)
    assert [(order.reference, order.posts) for order in here.simulator.orders()] == [("q4-1", 2)]


def test_an_order_that_is_final_already_is_a_replay(world):
    here = world(polls_until_final=1)
    here.client.place("q4-1", body("q4-1"))
    here.client.look_up("q4-1")
    assert here.client.place("q4-1", body("q4-1")).outcome == "replayed"


def test_a_line_may_be_refused_within_an_accepted_order(world):
    here = world()
    receipt = here.client.place("q4-1", body("q4-1", line("L-1"), line("L-2", email="sim-refused@example.com")))
    assert (receipt.outcome, receipt.total) == ("accepted", 1)
    assert list(receipt.refused) == ["L-2"]
    assert 'The test value "sim-refused"' in receipt.refused["L-2"]


def test_line_references_that_occur_twice_are_reported(world):
    receipt = world().client.place("q4-1", body("q4-1", line("L-1"), line("L-1"), line("L-2")))
    assert receipt.duplicates == {"L-1": 2}
    assert receipt.total == 2


def test_an_order_refused_whole_names_its_wrong_lines_by_reference(world):
    receipt = world().client.place(
        "q4-1", body("q4-1", line("L-1"), line("L-2", firstName="A<b"), line("L-3", utid="U1"))
    )
    assert receipt.outcome == "lines refused"
    assert set(receipt.refused) == {"L-2", "L-3"}
    assert receipt.refused["L-3"].startswith("utid: utid is not in your catalogue")


def test_an_order_refused_whole_may_name_no_line(world):
    receipt = world().client.place(
        "q4-1", body("q4-1", line("L-1"), line("L-2", email="sim-422-unnamed@example.com"))
    )
    assert (receipt.outcome, receipt.refused) == ("refused", {})


def test_all_lines_refused_is_an_order_refused(world):
    receipt = world().client.place("q4-1", body("q4-1", line("L-1", email="sim-refused@example.com")))
    assert (receipt.outcome, list(receipt.refused)) == ("lines refused", ["L-1"])


@pytest.mark.parametrize(
    "fault", ["lost-answer", "cut-answer", "500-placed", "502-placed", "503-placed", "html", "truncated"]
)
def test_whatever_may_have_been_placed_is_sent_again_and_placed_once(world, fault):
    here = world(faults=[{"kind": fault, "call": "place"}])
    receipt = here.client.place("q4-1", body("q4-1"))
    assert here.desk.outcomes == ["retry", "accepted"]
    assert (receipt.http_status, here.desk.clock.slept) == (200, [1.0])
    assert [order.posts for order in here.simulator.orders()] == [2]


@pytest.mark.parametrize("fault", ["cut", "cut-reading", "500", "503"])
def test_whatever_may_not_have_been_placed_is_sent_again_too(world, fault):
    here = world(faults=[{"kind": fault, "call": "place"}])
    assert here.client.place("q4-1", body("q4-1")).http_status == 201
    assert here.desk.outcomes == ["retry", "accepted"]


def test_after_five_tries_the_outcome_is_left_open(world):
    here = world(faults=[{"kind": "500-placed", "call": "place", "times": 9}])
    assert here.client.place("q4-1", body("q4-1")).outcome == "retry"
    assert here.desk.clock.slept == [1.0, 2.0, 4.0, 8.0]


def test_too_many_requests_are_waited_for_and_everybody_is_told(world):
    here = world(
        faults=[{"kind": "429", "call": "place"}, {"kind": "429-wait", "call": "place", "nth": 2, "seconds": 7}]
    )
    assert here.client.place("q4-1", body("q4-1")).outcome == "accepted"
    assert here.desk.clock.slept == [1.0, 7.0]
    assert here.desk.limiter.postponed == [1.0, 7.0]


def test_who_asks_for_an_hour_gets_it_from_the_caller(world):
    here = world(faults=[{"kind": "429-wait", "seconds": 3600}])
    receipt = here.client.place("q4-1", body("q4-1"))
    assert (receipt.outcome, receipt.retry_after, here.desk.clock.slept) == ("throttled", 3600.0, [])


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("409-in-process", "in process"), ("409-exists", "exists"), ("402", "funds"), ("403-fraud", "fraud limit"),
        ("frozen", "configuration"), ("404-customer", "configuration"), ("401", "configuration"), ("400", "bug"),
        ("405", "configuration"), ("413", "too large"), ("unavailable", "another day"), ("unknown-key", "unknown"),
    ],
)  # fmt: skip
def test_what_repeating_cannot_change_is_said_at_once(world, fault, outcome):
    here = world(faults=[{"kind": fault, "call": "place"}])
    assert here.client.place("q4-1", body("q4-1")).outcome == outcome
    assert len(here.desk.records) == 1


def test_the_nested_shape_is_read_like_the_flat_one(world):
    receipt = world(faults=[{"kind": "nested"}]).client.place("q4-1", body("q4-1", line("L-1"), line("L-2")))
    assert (receipt.outcome, receipt.order_reference, receipt.order_status, receipt.total) == (
        "accepted", "q4-1", "pending", 2,
    )  # fmt: skip


def test_a_total_that_is_not_ours_and_lines_never_sent_come_through(world):
    here = world(faults=[{"kind": "wrong-total"}, {"kind": "extra-line", "nth": 2}])
    assert here.client.place("q4-1", body("q4-1")).total == 2
    assert here.client.place("q4-1", body("q4-1")).refused == {"NEVER-SENT": "unknown line"}


def test_every_attempt_is_paced_and_recorded(world):
    here = world(gap=1.05, faults=[{"kind": "500", "times": 2}])
    here.client.place("q4-1", body("q4-1"))
    assert [(method, reference) for method, reference, _, _ in here.desk.records] == [("POST", "q4-1")] * 3
    assert here.desk.limiter.reserved == 3


def test_funds_that_do_not_suffice_are_named(world):
    receipt = world(account="sim-poor-1").client.place(
        "q4-1", body("q4-1", line("L-1", amount=125.5), account="sim-poor-1")
    )
    assert (receipt.outcome, receipt.code) == ("funds", "402.001")
    assert "25.50 USD" in receipt.message


def test_a_frozen_account_is_known_by_its_key_although_it_comes_as_422(world):
    receipt = world(account="sim-frozen-1").client.place("q4-1", body("q4-1", account="sim-frozen-1"))
    assert (receipt.outcome, receipt.http_status, receipt.code) == ("configuration", 422, "404.142")


def test_a_single_order_is_its_own_line_and_loses_its_gift_code(world):
    receipt = world(endpoint="orders").client.place("q4-1", single("q4-1"))
    assert (receipt.outcome, receipt.total, receipt.http_status) == ("accepted", 1, 201)
    assert [(item.reference, item.status) for item in receipt.lines] == [("q4-1", "COMPLETE")]
    assert "SIM-SECRET" not in repr(receipt)


def test_a_single_order_seen_before_is_a_replay(world):
    here = world(endpoint="orders")
    here.client.place("q4-1", single("q4-1"))
    assert here.client.place("q4-1", single("q4-1")).outcome == "replayed"


def test_a_single_order_refused_is_its_line_refused(world):
    receipt = world(endpoint="orders").client.place("q4-1", single("q4-1", amount=0.001))
    assert receipt.outcome == "bug"
    receipt = world(endpoint="orders").client.place("q4-1", single("q4-1", utid="U1"))
    assert (receipt.outcome, list(receipt.refused)) == ("lines refused", ["q4-1"])


def test_the_two_endpoints_share_no_references(world, desk_at):
    here = world()
    here.client.place("q4-1", body("q4-1"))
    other = desk_at(here.url, endpoint="orders")
    assert other.client.place("q4-1", single("q4-1")).outcome == "exists"


def test_many_threads_may_share_a_client(world):
    here = world(credentials=OAUTH, faults=[{"kind": "lost-answer", "nth": n} for n in range(3, 60, 3)])
    names = [f"q4-{n}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda name: here.client.place(name, body(name)), names))
    assert {str(receipt.outcome) for receipt in first} <= {"accepted", "retry"}
    # Where the look-up of a lost answer was lost too, or the token, the same order is placed again, and again.
    again = [name for name, receipt in zip(names, first, strict=True) if receipt.outcome == "retry"]
    while again:
        again = [name for name in again if here.client.place(name, body(name)).outcome == "retry"]
    assert len(list(here.simulator.orders())) == 40


def test_a_ledger_that_cannot_be_written_stops_everything(world, clock):
    def record(*_):
        raise StateError("The disk is full.")

    here = world()
    order = Order("q4", "acme-customer", "acme-account")
    with Client(base_url=here.url, order=order, credentials=BASIC, clock=clock, limiter=Turnstile(clock),
                record=record) as client, pytest.raises(StateError, match="disk"):  # fmt: skip
        client.place("q4-1", body("q4-1"))
    assert [order.posts for order in here.simulator.orders()] == [1]
