"""Little campaigns with faults and crashes: nobody rewarded twice, nobody forgotten, and every run ends.

The seeds are the same always. `SEEDS=5000` plays more of them, `make soak` a hundred thousand; `COMMIT_SEEDS=150` plays
as many that follow from the commit, so that each one plays others: for a nightly job, since a seed that nobody has seen
yet may tell of a fault that the change did not bring.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.reliability.harness import simulate
from tests.reliability.processes import ROOT
from tests.reliability.scenario import scenario

FIXED = int(os.environ.get("SEEDS", "100"))
OF_THE_COMMIT = int(os.environ.get("COMMIT_SEEDS", "0"))
AT_ONCE = 10
# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover


def commit() -> str:
    """The commit that is tested; always the same where this is no clone."""
    call = ["git", "rev-parse", "HEAD"]
    try:
        return subprocess.run(call, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "0"


def seeds_of(commit: str, count: int = 150) -> range:
    """The seeds that a commit stands for: none of the fixed ones."""
    first = 1_000_000 + int(commit[:8], 16) % 1_000_000_000
    return range(first, first + count)


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
