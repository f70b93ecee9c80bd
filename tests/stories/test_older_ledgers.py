"""Ledgers that are older than what was sent: other folders, backups, lost files, second machines, broken recoveries.

Each paid up to everybody twice on 27 November 2026. What counts is what Tango has in the end.
"""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from typing import Any

import pytest

from tests.stories.cases import PLAIN, many, once
from tests.stories.world import DAY, World, amounts

# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover


def refused(world: World, name: str = "q4.csv", *options: str, **how: Any) -> None:
    """The run says that its ledger lacks orders and names the way out; nothing is sent. That way then works."""
    before = len(world.paid())
    ended = world.run(name, *options, **how)
    assert ended.code != 0
    assert "campaign-runner recover" in ended.said
    assert len(world.paid()) == before


def recovered(world: World, name: str = "q4.csv") -> None:
    ended = world.call("recover", world.machine.camp / name, "--reports", world.reports)
    assert ended.code in (0, 1, 5), ended


# ---- another folder ------------------------------------------------------------------------------------------


def test_another_working_directory_is_the_same_ledger(world):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(24))
    world.run(cwd=world.machine.folder)
    world.write("q4.csv", many(25))
    assert world.run(cwd=world.machine.home).code == 0
    assert amounts(world.paid()) == once(25)


def test_settings_that_were_moved_know_that_there_are_orders(world):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(24))
    world.run()
    moved = world.settings(PLAIN | {"tango": {"batch_size": 10}}, "conf/campaign.toml")
    world.write("q4.csv", many(25))
    refused(world, "q4.csv", "--config", str(moved), cwd=world.machine.home)
    world.call("recover", world.machine.camp / "q4.csv", "--config", moved, cwd=world.machine.home)
    assert world.run("q4.csv", "--config", moved, cwd=world.machine.home).code == 0
    assert amounts(world.paid()) == once(25)


def test_the_advice_to_move_the_old_state_folder_works_when_followed(world):
    world.settings(PLAIN)
    world.write("q4.csv", many(3))
    world.run()
    moved = world.settings(PLAIN, "conf/campaign.toml")
    world.write("q4.csv", many(4))
    advice = re.search(r"mv (\S+) (\S+)", world.run("q4.csv", "--config", moved).said)
    assert advice
    shutil.move(advice[1], advice[2])
    assert world.run("q4.csv", "--config", moved).code == 0
    assert amounts(world.paid()) == once(4)


# ---- an older ledger -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("rows", [44, 45, 46])
def test_a_backup_from_before_the_orders_pays_nobody_again(world, rows, whole):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(45))
    world.call("plan", world.machine.camp / "q4.csv", "--reports", world.reports)
    world.back_up()
    world.run()
    world.restore(whole=whole)
    world.write("q4.csv", many(rows))
    refused(world)
    recovered(world)
    world.run()
    assert amounts(world.paid()) == once(max(rows, 45))


@pytest.mark.parametrize(("first", "then"), [((), ()), (("--canary", "3"), ())])
def test_a_backup_and_another_way_to_cut_the_orders_pays_nobody_again(world, first, then):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(45))
    world.call("plan", world.machine.camp / "q4.csv", "--reports", world.reports)
    world.back_up()
    world.run("q4.csv", *first)
    world.restore(whole=True)
    world.settings(PLAIN | {"tango": {"batch_size": 20}})
    refused(world, "q4.csv", *then)
    recovered(world)
    assert world.run("q4.csv", *then).code == 0
    assert amounts(world.paid()) == once(45)


def test_a_backup_and_a_delivery_date_that_ran_out_pays_nobody_again(world):
    soon = date.fromisoformat(DAY[:10]) + timedelta(days=8)
    head, *rows = many(45).splitlines()
    rows = [f"{row},{soon if number == 20 else ''}" for number, row in enumerate(rows)]
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", "\n".join([f"{head},Delivery date", *rows]) + "\n")
    world.call("plan", world.machine.camp / "q4.csv", "--reports", world.reports)
    world.back_up()
    world.run()
    world.restore(whole=True)
    world.clock.turn(days=3)
    refused(world)
    recovered(world)
    world.run()
    assert amounts(world.paid()) == once(45)


def test_a_backup_that_knows_an_earlier_file_pays_nobody_again(world):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(30))
    world.run()
    world.back_up()
    world.write("q4.csv", many(45))
    world.run()
    world.restore(whole=True)
    world.write("q4.csv", many(46))
    refused(world)
    recovered(world)
    assert world.run().code == 0
    assert amounts(world.paid()) == once(46)


@pytest.mark.parametrize("kill_at", [60, 90, 120])
def test_a_kill_and_a_lost_wal_pay_nobody_again(world, kill_at):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(44))
    world.run(kill_at=kill_at, lose_wal=True)
    world.write("q4.csv", many(45))
    if "campaign-runner recover" in world.run().said:
        recovered(world)
        world.run()
    assert amounts(world.paid()) == once(45)


def test_a_state_folder_copied_to_a_second_machine_pays_nobody_again(world):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(45))
    world.run()
    world.new_machine(copied=True)
    world.write("q4.csv", many(60))
    world.run()
    world.machine = world.machines[0]
    world.write("q4.csv", many(61))
    refused(world)
    recovered(world)
    assert world.run().code == 0
    assert amounts(world.paid()) == once(61)


def test_another_machine_without_any_state_pays_nobody_again(world):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(24))
    world.run()
    world.new_machine(copied=False)
    world.write("q4.csv", many(25))
    refused(world)
    recovered(world)
    assert world.run().code == 0
    assert amounts(world.paid()) == once(25)


@pytest.mark.parametrize("kill_at", [5, 12, 25, 40])
def test_a_recover_that_was_killed_leaves_the_ledger_closed_to_sending(world, kill_at):
    world.settings(PLAIN | {"tango": {"batch_size": 10}})
    world.write("q4.csv", many(45))
    world.run()
    world.lose("ledger")
    world.write("q4.csv", many(46))
    world.call("recover", world.machine.camp / "q4.csv", kill_at=kill_at)
    refused(world)
    recovered(world)
    assert world.run().code == 0
    assert amounts(world.paid()) == once(46)


@pytest.mark.parametrize("fault", ["404-customer", "500", "503", "not-found", "html", "truncated"])
def test_a_recover_that_tango_does_not_answer_leaves_the_ledger_closed_to_sending(world, fault):
    world.settings(PLAIN | {"tango": {"batch_size": 10, "max_tries": 1}})
    world.write("q4.csv", many(45))
    world.run()
    world.lose("state")
    world.write("q4.csv", many(46))
    world.tango.set_faults([{"kind": fault, "call": "list", "times": 9}])
    assert world.call("recover", world.machine.camp / "q4.csv").code != 0
    assert world.run().code != 0
    assert amounts(world.paid()) == once(45)
    world.tango.set_faults([])
    recovered(world)
    assert world.run().code == 0
    assert amounts(world.paid()) == once(46)
