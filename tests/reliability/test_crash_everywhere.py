"""Killed at every write of the ledger and on either side of every request, in turn: run again, and all is well."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from tests.reliability.harness import crashing, play
from tests.reliability.scenario import Row, Scenario

PLAIN = Scenario(
    seed=0, rows=(Row(1, 1), Row(2, 2), Row(3, 3, spell="sim-fails")), keyed=True, batch_size=2, endpoint="asyncOrders",
    account="acme-account", max_tries=2, faults=(), steps=(), crashes=(), preflight=True,
)  # fmt: skip
QUICK = replace(PLAIN, preflight=False)
SCENARIOS = {
    "a run": PLAIN,
    "a refused line": QUICK.with_rows(Row(1, 1), Row(2, 2, spell="sim-422"), Row(3, 3, spell="sim-refused")),
    "halving": QUICK.with_rows(Row(1, 1), Row(2, 2, spell="sim-422-unnamed")),
    "one call per line": QUICK.with_rows(Row(1, 1), Row(2, 2, spell="sim-fails")).at("orders"),
    "retry": QUICK.then("retry"),
    "release": QUICK.with_rows(Row(1, 1), Row(1, 1)).then("release"),
    "an edited file": QUICK.then("edit"),
    "a lost ledger": QUICK.then("lose"),
}
SLICES = 4
pytestmark = pytest.mark.no_cover  # counting branches would double the time
LAST = 2  # the runs that every scenario ends with; they change nothing but in the first one


@functools.cache
def places(name: str) -> list[tuple[int, int]]:
    """(process, point) of every place where the scenario can be killed that the plain run does not have already."""
    outcome = play(SCENARIOS[name])
    assert outcome.wrong == []
    steps = len(SCENARIOS[name].steps)
    processes = range(1 if steps else 0, len(outcome.points) - (1 if name == "a run" else LAST))
    return [(number, point) for number in processes for point in range(1, len(outcome.points[number]) + 1)]


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_the_same_command_finishes_the_work(name, part):
    for number, point in places(name)[part::SLICES]:
        outcome = play(crashing(SCENARIOS[name], *[0] * number, point))
        assert (sum(outcome.crashes.values()), outcome.wrong) == (1, []), (name, number, point)


@pytest.mark.parametrize("name", ["a run", "a refused line", "a lost ledger"])
def test_killed_twice_in_a_row_the_third_run_finishes_the_work(name):
    for number, point in places(name)[::9]:
        outcome = play(crashing(SCENARIOS[name], *[0] * number, point, point // 2 + 1))
        assert outcome.wrong == [], (name, number, point)


def test_every_kind_of_write_and_request_is_among_the_places():
    seen = {point.partition(":")[0] for name in SCENARIOS for run in play(SCENARIOS[name]).points for point in run}
    assert {"batches.mark_sending", "batches.settle", "batches.replace", "pipeline.write_down", "pipeline.plan_again",
            "desk.release", "limiter.book", "batches.record_attempt", "batches.left_sending", "placing", "looking up",
            "a report"} <= seen  # fmt: skip
