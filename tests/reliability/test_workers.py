"""The same scenarios with the sending left to workers: submissions and jobs keep what runs keep, wherever they die.

`SEEDS=5000` plays more of them, `EVERY=1` kills at every place.
"""

from __future__ import annotations

import os

import pytest

from tests.reliability.commit import commit, number_of
from tests.reliability.everywhere import SCENARIOS
from tests.reliability.harness import crashing, play, simulate_workers
from tests.reliability.postgresql import programs, serving
from tests.reliability.scenario import scenario
from tests.reliability.workshop import SharedWorkshop, Workshop

FIXED = int(os.environ.get("SEEDS", "150")) // 10
AT_ONCE = 5
pytestmark = pytest.mark.no_cover  # counting branches would double the time


@pytest.mark.parametrize("first", range(0, FIXED, AT_ONCE))
def test_simulation_with_workers(first):
    broken = [outcome for outcome in map(simulate_workers, range(first, first + AT_ONCE)) if outcome.wrong]
    told = [f"seed {one.seed}: {'; '.join(one.wrong)}" for one in broken]
    assert told == []


@pytest.mark.skipif(programs() is None, reason="no PostgreSQL on this machine")
def test_simulation_with_workers_on_postgresql():
    programs_ = programs()
    assert programs_ is not None
    with serving(programs_) as server:
        SharedWorkshop.server = server
        for seed in range(FIXED // 8):
            wrong = play(scenario(seed), SharedWorkshop).wrong
            assert [one for one in wrong if not one.startswith("two requests within")] == [], seed


@pytest.mark.parametrize("name", ["a run", "a refused line"])
def test_a_worker_killed_anywhere_is_replaced_by_the_next(name):
    plan = SCENARIOS[name]
    places = [
        (number, point) for number, run in enumerate(play(plan, Workshop).points) for point in range(1, len(run) + 1)
    ]
    every = int(os.environ.get("EVERY", "24"))
    for number, point in places[number_of(commit()) % every :: every]:
        outcome = play(crashing(plan, *[0] * number, point), Workshop)
        assert (sum(outcome.crashes.values()), outcome.wrong) == (1, []), (name, number, point)
