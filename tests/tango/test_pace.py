"""A limiter in memory."""

from __future__ import annotations

from campaign_runner.tango import Pace


def test_the_first_call_goes_at_once_and_the_next_waits_a_little_more_than_a_second():
    pace = Pace(1)
    assert pace.reserve() == 0
    assert 1.0 < pace.reserve() <= 1 / 0.95
    assert pace.reserve() > 2.0


def test_nobody_waits_where_no_pace_is_set():
    pace = Pace(0)
    assert [pace.reserve() for _ in range(3)] == [0, 0, 0]


def test_a_postponed_call_waits_for_everybody():
    pace = Pace(0)
    pace.postpone(30)
    assert 29 < pace.reserve() <= 30
