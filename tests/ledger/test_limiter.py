"""The pace that all processes share: the full quota, less after a 429, and the full quota again in a few minutes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from campaign_runner.ledger import open_ledger
from campaign_runner.ledger.limiter import SharedLimiter
from tests.clock import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path) as opened:
        yield opened


def gaps(limiter, clock, calls=3):
    """Seconds between calls that are each made as soon as they may be."""
    times = []
    for _ in range(calls + 1):
        clock.sleep(limiter.reserve())
        times.append(clock.monotonic())
    return [round(after - before, 3) for before, after in pairwise(times)]


def test_calls_are_made_at_the_full_quota(ledger, clock):
    assert gaps(SharedLimiter(ledger, "acme", 4, clock), clock) == [0.25, 0.25, 0.25]


def test_a_429_slows_everybody_down_at_once(ledger, clock):
    one, two = (SharedLimiter(ledger, "acme", 1, clock) for _ in range(2))
    gaps(one, clock)
    one.postpone(1)
    assert gaps(two, clock) == [1.111, 1.111, 1.11]
    two.postpone(1)
    assert gaps(one, clock)[0] == pytest.approx(1.23, abs=0.01)


def test_the_full_quota_comes_back_little_by_little(ledger, clock):
    limiter = SharedLimiter(ledger, "acme", 1, clock)
    limiter.postpone(1)
    shares = []
    for _ in range(6):
        shares.append(round(1 / gaps(limiter, clock, 1)[0], 2))
        clock.turn(minutes=1)
    assert shares == [0.9, 0.92, 0.94, 0.96, 0.98, 1.0]


def test_several_429s_of_one_moment_teach_one_thing(ledger, clock):
    limiter = SharedLimiter(ledger, "acme", 1, clock)
    for _ in range(4):
        limiter.postpone(1)
    assert gaps(limiter, clock, 1) == [1.111]


def test_however_many_429s_come_somebody_calls(ledger, clock):
    limiter = SharedLimiter(ledger, "acme", 1, clock)
    for _ in range(100):
        limiter.postpone(1)
        clock.turn(seconds=2)
    assert 15 < gaps(limiter, clock, 1)[0] <= 20


def test_a_clock_that_is_set_back_forgets_nothing_and_waits_no_longer(ledger, clock):
    limiter = SharedLimiter(ledger, "acme", 1, clock)
    limiter.postpone(1)
    clock.sleep(limiter.reserve())
    clock.turn(hours=-1)
    assert gaps(limiter, clock, 2) == [1.111, 1.11]
