"""Killed at every write of the ledger and on either side of every request, in turn: run again, and all is well.

Every sixth place is played here, which of them follows from the commit; `EVERY=1` plays all, as the nightly job does.
"""

from __future__ import annotations

import os

import pytest

from tests.reliability.commit import commit, number_of
from tests.reliability.everywhere import SCENARIOS, places, played
from tests.reliability.harness import crashing, play

SLICES = 4
EVERY = int(os.environ.get("EVERY", "6"))
FIRST = number_of(commit()) % EVERY
pytestmark = pytest.mark.no_cover  # counting branches would double the time


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_the_same_command_finishes_the_work(name, part):
    assert played(name).wrong == []
    for number, point in places(name)[part::SLICES][FIRST::EVERY]:
        outcome = play(crashing(SCENARIOS[name], *[0] * number, point))
        assert (sum(outcome.crashes.values()), outcome.wrong) == (1, []), (name, number, point)


@pytest.mark.parametrize("name", ["a run", "a refused line", "a lost ledger"])
def test_killed_twice_in_a_row_the_third_run_finishes_the_work(name):
    for number, point in places(name)[FIRST :: 5 * EVERY]:
        outcome = play(crashing(SCENARIOS[name], *[0] * number, point, point // 2 + 1))
        assert outcome.wrong == [], (name, number, point)


def test_every_kind_of_write_and_request_is_among_the_places():
    seen = {point.partition(":")[0] for name in SCENARIOS for run in played(name).points for point in run}
    assert {"mark an order as sending", "settle an order", "replace an order", "write a plan down",
            "plan failed lines again", "decide held rows", "book the next request", "note a request",
            "take over what was left sending", "placing", "looking up", "a report"} <= seen  # fmt: skip
