"""Little campaigns with faults and crashes: nobody rewarded twice, nobody forgotten, and every run ends.

150 seeds are the same always, 150 follow from the commit, so that each one plays others: what these find the change need
not have brought. `SEEDS=5000 COMMIT_SEEDS=5000` plays more of them, `make soak` a hundred thousand.
"""

from __future__ import annotations

import os

import pytest

from tests.reliability.commit import commit, seeds_of
from tests.reliability.harness import simulate
from tests.reliability.scenario import scenario

FIXED = int(os.environ.get("SEEDS", "150"))
OF_THE_COMMIT = int(os.environ.get("COMMIT_SEEDS", "150"))
AT_ONCE = 10
# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover


def groups(seeds: range) -> list[range]:
    return [seeds[place : place + AT_ONCE] for place in range(0, len(seeds), AT_ONCE)]


@pytest.mark.parametrize("seeds", [*groups(range(FIXED)), *groups(seeds_of(commit(), OF_THE_COMMIT))], ids=str)
def test_simulation(seeds):
    broken = [outcome for outcome in map(simulate, seeds) if outcome.wrong]
    if broken:
        told = [f"seed {one.seed}: {'; '.join(one.wrong)}\n  replay: {one.replay}" for one in broken]
        pytest.fail("\n".join(told), pytrace=False)


def test_a_commit_stands_for_seeds_of_its_own():
    assert seeds_of("00000001" + "f" * 32) == range(1_000_001, 1_000_151)
    assert seeds_of("0") == range(1_000_000, 1_000_150)


def test_a_seed_is_the_same_scenario_and_the_same_outcome_every_time():
    assert scenario(7) == scenario(7)
    assert simulate(7) == simulate(7)
