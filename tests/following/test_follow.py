"""Which orders are asked for, by what the list says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement.follow import FollowDecision, decide

NOW = datetime(2026, 11, 22, 9, 10, tzinfo=UTC).timestamp()
NINE = "2026-11-22T09:00:00.000+00:00"
ONE = StoredBatch(
    1, 1, "q4-1", BatchState.ACCEPTED, 1, 1, 1, 0, 0.0, NINE, "", False, False, 1, 0, 0, 0, "", NINE
)  # fmt: skip
ORDERS = [replace(ONE, id=number, reference=f"q4-{number}") for number in range(1, 7)]


def decided(words: dict[str, set[str]], orders=ORDERS, now=NOW) -> FollowDecision:
    rest = {order.reference: {"PENDING"} for order in orders}
    decision = decide(orders, {name: said for name, said in (rest | words).items() if said}, now)
    assert decision
    return decision


def test_orders_that_the_list_shows_as_open_wait_but_for_two():
    assert decided({}) == FollowDecision(frozenset({1, 2}), frozenset({1, 2}), frozenset({3, 4, 5, 6}), 60.0)


@pytest.mark.parametrize(
    "words", [{"COMPLETE"}, {"PARTIAL"}, {"CANCELLED"}, {"TRANSMOGRIFIED"}, {""}, set(), {"PENDING", "COMPLETE"}]
)
def test_an_order_that_moved_or_is_not_listed_or_listed_twice_otherwise_is_asked_for(words):
    decision = decided({"q4-5": words})
    assert (5 in decision.ask, 5 in decision.probes) == (True, False)


def test_whatever_open_word_the_list_has_the_order_waits():
    open_ = ("PENDING", "queued", "PENDING_MR", "ON_HOLD", "PENDING_KYB", "PENDING_PAYMENT")
    assert decided({f"q4-{number}": {word} for number, word in enumerate(open_, 1)}).ask == {1, 2}


def test_the_orders_that_are_asked_for_all_the_same_are_always_the_same():
    assert decided({}, [*ORDERS[:4], replace(ORDERS[4], looks=2), replace(ORDERS[5], looks=3)]).probes == {5, 6}


def test_young_orders_are_thought_of_again_sooner_and_all_sooner_where_some_have_moved():
    assert decided({}, now=NOW - 590).pause == 5
    assert decided({}, now=NOW - 500).pause == 20
    assert decided({"q4-5": {"COMPLETE"}}).pause == 15


def test_an_order_that_was_not_asked_for_in_six_hours_is():
    assert decided({}, now=NOW + 6 * 3600).ask == {1, 2, 3, 4, 5, 6}


def test_a_list_that_knows_none_of_the_orders_is_of_no_use():
    assert decide(ORDERS, {"q4-99": {"PENDING"}}, NOW) is None
