"""A thousand little campaigns with faults and crashes: nobody rewarded twice, nobody forgotten, and every run ends.

`SEEDS=5000` plays more of them, `make soak` a hundred thousand.
"""

from __future__ import annotations

import os

import pytest

from tests.reliability.harness import simulate
from tests.reliability.scenario import scenario

SEEDS = int(os.environ.get("SEEDS", "280"))
AT_ONCE = 20
# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_simulation(first):
    outcomes = [simulate(seed) for seed in range(first, min(first + AT_ONCE, SEEDS))]
    assert [(outcome.replay, outcome.wrong) for outcome in outcomes if outcome.wrong] == []


def test_a_seed_is_the_same_scenario_and_the_same_outcome_every_time():
    assert scenario(7) == scenario(7)
    assert simulate(7) == simulate(7)
