"""Accepted orders are followed by Tango's list: few requests, and not one final status by the list alone."""

from __future__ import annotations

import pytest

from campaign_runner.app.track import track_campaign
from campaign_runner.ledger import open_ledger
from campaign_runner.placement import follow
from campaign_runner.simulator.answer import Answer

DONE = {"completed": 12}


def rows(result):
    return {str(status): number for status, number in result.books.rows.items() if number}


def as_listed(**changes):
    """Every order of the list, changed."""
    return lambda orders: [{**order, **changes} for order in orders]


def test_thirty_orders_that_end_after_ten_minutes_take_a_third_of_the_requests(office):
    here = office()
    assert rows(here.run(30)) == {"completed": 30}
    assert sum(here.asked) < 100  # asked for one by one, they take ten requests each


def test_nothing_is_final_by_the_list_alone(office):
    here = office(ends_after=10**9)
    here.tango.change_list = as_listed(orderStatus="COMPLETE")
    assert rows(here.run(patience=120)) == {"pending": 12}


def test_an_order_that_the_list_leaves_out_is_asked_for(office):
    here = office()
    assert rows(here.run(spells=("sim-fails", "sim-cancelled", "sim-fails"))) == {
        "completed": 9, "failed": 2, "cancelled": 1,
    }  # fmt: skip


def test_a_list_that_shows_nothing_new_is_found_out_by_the_orders_asked_for_all_the_same(office):
    here = office()
    here.tango.change_list = as_listed(orderStatus="PENDING")
    assert rows(here.run(patience=1800)) == DONE
    with open_ledger(here.folder / "state") as ledger, ledger.read() as connection:
        doubted = connection.exec_driver_sql("SELECT list_doubted_until FROM campaigns").scalar_one()
    assert doubted > 0


@pytest.mark.parametrize("lag", [30, 300, 86_400])
def test_a_list_that_lags_behind_costs_requests_and_no_certainty(office, lag):
    here = office(list_lag=lag)
    assert rows(here.run(spells=("sim-fails",))) == {"completed": 11, "failed": 1}


@pytest.mark.parametrize("knob", ["list_grows", "list_repeats"])
def test_a_list_without_an_end_or_with_repetitions_changes_nothing(office, knob, monkeypatch):
    monkeypatch.setattr("campaign_runner.tango.client.PAGE", 5)
    here = office(ends_after=60)
    here.run(patience=0)
    here.tango.change(knobs={knob: 1})
    assert rows(track_campaign(here.runtime(), patience=900)) == DONE


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_where_the_list_is_not_to_be_had_orders_are_asked_for_one_by_one(office, status):
    here = office(ends_after=1)
    assert rows(here.run(patience=0)) == {"pending": 12}
    here.tango.change_list = lambda _: Answer(status, {"errors": []})
    result = track_campaign(here.runtime(), patience=300)
    assert rows(result) == DONE
    assert here.asked[1] == 12


def test_a_cursor_that_runs_in_a_circle_has_orders_asked_for_one_by_one(office):
    here = office(ends_after=1)
    here.run(patience=0)
    here.tango.set_faults([{"kind": "cursor-loop", "call": "list"}])
    assert rows(track_campaign(here.runtime(), patience=300)) == DONE


def test_orders_of_other_programs_under_the_same_campaign_name_are_nothing_to_us(office):
    here = office()
    theirs = [{"externalRefID": f"theirs-{number}", "orderStatus": "COMPLETE"} for number in range(40)]
    here.tango.change_list = lambda orders: [*theirs, *orders]
    assert rows(here.run()) == DONE


def test_a_list_with_many_pages_for_few_orders_is_left(office, monkeypatch):
    monkeypatch.setattr("campaign_runner.tango.client.PAGE", 2)
    here = office(ends_after=1)
    here.run(patience=0)
    assert rows(track_campaign(here.runtime(), patience=300)) == DONE
    assert here.asked == (3, 12)  # 12 orders are worth three pages, not six


def test_a_look_of_track_reads_the_list_once_and_asks_for_what_moved(office):
    here = office()
    here.run(patience=0)
    assert rows(track_campaign(here.runtime())) == {"pending": 12}
    assert here.asked == (1, follow.PROBES)
    here.clock.turn(minutes=10)
    assert rows(track_campaign(here.runtime())) == DONE
    assert here.asked == (2, follow.PROBES + 12)


def test_what_waits_for_the_list_stands_in_the_ledger(office):
    here = office()
    here.run(patience=30)
    with open_ledger(here.folder / "state") as ledger, ledger.read() as connection:
        due = connection.exec_driver_sql("SELECT due_at FROM batches WHERE state = 'accepted'").scalars().all()
    assert len(due) == 12
    assert min(due) > here.clock.now().timestamp() - 5
