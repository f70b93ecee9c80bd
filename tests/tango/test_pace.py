"""A limiter in memory."""

from __future__ import annotations

from campaign_runner.tango.pace import Pace
from tests.tango.conftest import HandClock


def test_the_first_call_goes_at_once_and_the_next_after_a_second():
    pace = Pace(1)
    assert pace.reserve() == 0
    assert 0.9 < pace.reserve() <= 1
    assert 1.9 < pace.reserve() <= 2


def test_nobody_waits_where_no_pace_is_set():
    pace = Pace(0)
    assert [pace.reserve() for _ in range(3)] == [0, 0, 0]


def test_a_postponed_call_waits_for_everybody():
    pace = Pace(0)
    pace.postpone(30)
    assert 29 < pace.reserve() <= 30


def test_a_429_slows_every_later_call_down():
    pace = Pace(1)
    pace.postpone(0)
    assert [pace.reserve() > 0, 1.1 < pace.reserve() < 1.12] == [False, True]


class Sleeper(HandClock):
    """Wakes up five seconds late, once."""

    late = 5.0

    def sleep(self, seconds):
        super().sleep(seconds + self.late)
        self.late = 0.0


def test_who_wakes_too_late_for_its_place_takes_another(world):
    here = world(clock=Sleeper(), gap=1.0)
    here.client.account()
    assert here.desk.limiter.reserved == 2
