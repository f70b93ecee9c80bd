"""The catalogue is kept in the ledger: all machines judge by the same, and a worker fetches it before it is too old."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from campaign_runner.app.catalogue import catalogue_snapshot
from campaign_runner.app.refresh_catalogue import keep_catalogue_fresh
from campaign_runner.ledger.schema import attempts
from campaign_runner.model.actor import Actor

WHO = Actor("ana@example.com", "local", "session")


def fetches(house):
    with house.workspace.ledger().read() as connection:
        return len(connection.execute(select(attempts.c.id)).all())


def machine(house, name):
    """The same campaign on another machine, with a state folder of its own."""
    runtime = house.workspace.runtime(house.workspace.key_of("q4"), WHO, house.folder / "reports")
    return replace(runtime, state=house.folder / name)


def test_a_second_machine_judges_by_the_catalogue_of_the_first_without_asking(house):
    house.create()
    ledger = house.workspace.ledger()
    first = catalogue_snapshot(machine(house, "one"), ledger)
    second = catalogue_snapshot(machine(house, "two"), ledger)
    assert first.titles == second.titles != {}
    assert fetches(house) == 1
    assert (house.folder / "two" / "catalogue-simulator.json").exists()


def test_a_worker_fetches_what_is_used_before_it_is_too_old_and_nothing_else(house):
    house.create()
    keep_catalogue_fresh(house.workspace, "")
    assert fetches(house) == 0
    catalogue_snapshot(machine(house, "one"), house.workspace.ledger())
    house.clock.turn(hours=9)
    keep_catalogue_fresh(house.workspace, "")
    assert fetches(house) == 1
    house.clock.turn(hours=2)
    assert keep_catalogue_fresh(house.workspace, "") == 1800
    assert fetches(house) == 2
    house.clock.turn(hours=11)
    catalogue_snapshot(machine(house, "one"), house.workspace.ledger())
    assert fetches(house) == 2
