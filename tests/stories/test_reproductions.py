"""Everything that paid somebody twice on 27 November 2026, one by one, with its right value.

People edit files, let campaigns overlap, release, retry, and follow the advice they are given. What counts is what Tango
has in the end. Lost and older ledgers: `test_older_ledgers`.
"""

from __future__ import annotations

import pytest

from tests.stories.cases import IDS, KEYED, PAID, PLAIN, TWO, both, many, once, statuses
from tests.stories.tango import DEAD_FOR
from tests.stories.world import amounts

# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover

# ---- an edited row -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["30", "25.01", "24"])
def test_a_corrected_amount_without_a_key_is_held(world, amount):
    world.settings(PLAIN)
    world.write("q4.csv", TWO)
    world.run()
    world.write("q4.csv", TWO.replace(",25", f",{amount}"))
    assert world.run().code == 1
    assert amounts(world.paid()) == PAID
    assert statuses(world) == ["held", "completed"]


@pytest.mark.parametrize("cells", ["Ana,ANA@Example.com,30", "Ana, ana@example.com ,30", "Anna,ana@example.com,25"])
def test_a_row_of_the_same_recipient_is_that_row_however_it_is_typed(world, cells):
    world.settings(PLAIN)
    world.write("q4.csv", TWO)
    world.run()
    world.write("q4.csv", TWO.replace("Ana,ana@example.com,25", cells))
    assert world.run().code == 1
    assert amounts(world.paid()) == PAID


def test_another_default_reward_holds_everybody(world):
    world.settings(PLAIN)
    world.write("q4.csv", TWO)
    world.run()
    world.settings(PLAIN | {"defaults": {"deliveryMethod": "EMAIL", "utid": "U666425"}})
    assert world.run().code == 1
    assert amounts(world.paid()) == PAID
    assert statuses(world) == ["held", "held"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("0001", "1"), ("1", "0001"), ("0001", "'0001"), ("E1", "e1 "), ("E1", "Ｅ１"), ("é", "É"), ("1", "１")],
)
def test_a_key_that_is_spelled_otherwise_names_the_same_row(world, before, after):
    world.settings(KEYED)
    world.write("q4.csv", f"{IDS}{before},Ana,ana@example.com,25\n")
    world.run()
    world.write("q4.csv", f"{IDS}{after},Ana,ana@example.com,30\n")
    assert world.run().code == 1
    assert amounts(world.paid()) == [("ana", 25)]
    assert statuses(world) == ["held"]


def test_a_key_that_is_spelled_otherwise_holds_a_row_with_another_address(world):
    world.settings(KEYED)
    world.write("q4.csv", f"{IDS}E1,Ana,ana@example.com,25\n")
    world.run()
    world.write("q4.csv", f"{IDS}e1 ,Ana,ana.lee@example.com,25\n")
    assert world.run().code == 1
    assert amounts(world.paid()) == [("ana", 25)]


@pytest.mark.parametrize(("before", "after"), [(PLAIN, KEYED), (KEYED, PLAIN)])
def test_a_key_that_is_added_or_taken_away_makes_nobody_new(world, before, after):
    world.settings(before)
    world.write("q4.csv", f"{IDS}1,Ana,ana@example.com,25\n2,Bo,bo@example.com,10\n")
    world.run()
    world.settings(after)
    world.write("q4.csv", f"{IDS}1,Ana,ana@example.com,35\n2,Bo,bo@example.com,10\n")
    assert world.run().code == 1
    assert amounts(world.paid()) == PAID


def test_an_amount_corrected_while_the_first_answer_is_lost_is_not_paid_beside_it(world):
    world.settings(PLAIN | {"tango": {"max_tries": 1}})
    world.write("q4.csv", TWO)
    world.tango.set_faults([{"kind": "500-placed", "call": "place"}])
    world.run("q4.csv", "--wait", "0")
    world.write("q4.csv", TWO.replace(",25", ",30"))
    world.run()
    assert amounts(world.paid()) == PAID


@pytest.mark.parametrize("settings", [PLAIN, KEYED])
def test_a_bulk_row_that_is_corrected_is_held(world, settings):
    head = "Employee ID,Delivery method,Amount,Quantity,Message\n"
    world.settings(settings)
    world.write("q4.csv", f"{head}K1,BULKDIGITAL,25,4,Thank yuo\nK2,BULKDIGITAL,10,1,\n")
    world.run()
    world.write("q4.csv", f"{head}K01,BULKDIGITAL,25,4,Thank you\nK2,BULKDIGITAL,10,1,\n")
    assert world.run().code == 1
    assert [line.amount for line in world.paid()] == [25, 10] or [line.amount for line in world.paid()] == [10, 25]


def test_a_further_row_for_somebody_who_was_rewarded_is_held(world):
    world.settings(PLAIN)
    world.write("q4.csv", TWO)
    world.run()
    world.write("q4.csv", f"{TWO}Ana,ana@example.com,40\n")
    assert world.run().code == 1
    assert amounts(world.paid()) == PAID
    assert statuses(world) == ["completed", "completed", "held"]


def test_a_further_row_is_sent_where_several_per_recipient_are_meant(world):
    world.settings(PLAIN | {"identity": {"several_per_recipient": True}})
    world.write("q4.csv", TWO)
    world.run()
    world.write("q4.csv", f"{TWO}Ana,ana@example.com,40\n")
    assert world.run().code == 0
    assert amounts(world.paid()) == [("ana", 25), ("ana", 40), ("bo", 10)]


# ---- two campaigns -------------------------------------------------------------------------------------------


def test_a_campaign_halted_at_its_canary_knows_what_another_sent_since(world):
    both(world, 12)
    world.run("q4.csv", "--canary", "3", "--wait", "0")
    world.run("b.csv", "--config", world.machine.camp / "b.toml")
    world.run("q4.csv", "--canary", "3")
    world.run("q4.csv")
    assert amounts(world.paid()) == once(12)


@pytest.mark.parametrize("kill_at", [40, 60, 80])
def test_a_campaign_that_was_killed_knows_what_another_sent_since(world, kill_at):
    both(world, 12)
    world.run("q4.csv", kill_at=kill_at)
    world.run("b.csv", "--config", world.machine.camp / "b.toml")
    world.run("q4.csv")
    assert amounts(world.paid()) == once(12)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_two_campaigns_at_once_reward_nobody_in_both(world, order):
    both(world, 12)
    done = []

    def run_the_other():
        done.append(world.run("b.csv", "--config", world.machine.camp / "b.toml").code)

    world.run("q4.csv", at_order=order, meanwhile=run_the_other)
    world.run("q4.csv")
    assert done
    assert amounts(world.paid()) == once(12)


def test_another_amount_in_another_campaign_is_sent_with_a_warning(world):
    both(world, 1)
    world.run("q4.csv")
    world.write("b.csv", many(1).replace(",1\n", ",2\n"))
    ended = world.run("b.csv", "--config", world.machine.camp / "b.toml")
    assert amounts(world.paid()) == [("p1", 1), ("p1", 2)]
    assert "q4" in ended.said


def test_a_purge_within_the_window_forgets_nobody(world):
    both(world, 12)
    world.run("q4.csv")
    world.clock.turn(days=2)
    world.call("purge", "--older-than", "1d")
    world.clock.turn(days=3)
    world.run("b.csv", "--config", world.machine.camp / "b.toml")
    assert amounts(world.paid()) == once(12)


# ---- releases and holds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["BULKDIGITAL", "NONE"])
def test_a_released_row_is_not_sent_again_when_the_other_rows_key_is_corrected(world, method):
    head = f"Employee ID,First name,Delivery method,Amount\nK1,{'Ana' if method == 'NONE' else ''},{method},25\n"
    world.settings(KEYED)
    world.write("q4.csv", f"{head}K1,{'Bo' if method == 'NONE' else ''},{method},10\n")
    world.run()
    world.call("release", "q4", "2", "--reason", "agreed")
    world.run()
    world.write("q4.csv", f"{head}K2,{'Bo' if method == 'NONE' else ''},{method},10\n")
    world.run()
    assert sorted(line.amount for line in world.paid()) in ([10, 25], [25])


def test_a_hold_does_not_run_out(world):
    both(world, 2)
    world.run("q4.csv")
    world.run("b.csv", "--config", world.machine.camp / "b.toml")
    world.clock.turn(days=22)
    world.write("b.csv", many(3))
    ended = world.run("b.csv", "--config", world.machine.camp / "b.toml")
    assert ended.code == 1
    assert amounts(world.paid()) == once(3)


# ---- shorter answers -----------------------------------------------------------------------------------------


def test_a_shorter_answer_fails_nobody_and_retry_pays_nobody_twice(world):
    world.settings(PLAIN)
    world.write("q4.csv", many(4))
    world.tango.lag(9)
    world.run("q4.csv", "--wait", "20s")
    assert "failed" not in statuses(world)
    world.call("retry", "q4")
    world.tango.lag(0)
    world.run()
    assert amounts(world.paid()) == once(4)
    assert statuses(world) == ["completed"] * 4


def test_a_line_that_comes_back_to_life_after_its_retry_is_charged_and_named(world):
    world.settings(PLAIN)
    world.write("q4.csv", "First name,E-mail,Amount\nAna,phoenix.ana@example.com,25\nBo,bo@example.com,10\n")
    world.run()
    for _ in range(3):
        world.clock.turn(hours=6)
        world.call("track", "q4", "--reports", world.reports)
    world.call("retry", "q4", "--reports", world.reports)
    world.clock.turn(seconds=DEAD_FOR.total_seconds())
    ended = world.call("track", "q4", "--reports", world.reports)
    assert amounts(world.paid()) == [("ana", 25), ("ana", 25), ("bo", 10)]
    assert "charged 60.00" in ended.said
    assert ended.code != 0
    assert any("row 2" in finding for finding in world.summary()["findings"])


# ---- advice --------------------------------------------------------------------------------------------------


def test_the_next_step_of_a_canary_keeps_the_canary(world):
    world.settings(PLAIN)
    world.write("q4.csv", many(8))
    ended = world.run("q4.csv", "--canary", "1", "--wait", "0")
    assert "--canary 1" in ended.said
    world.run("q4.csv", "--wait", "0")
    assert len(world.paid()) == 1
