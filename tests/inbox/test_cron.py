"""Times of a timetable: as cron has them, right when the clock is changed, and never on a holiday."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_runner.model import cron
from tests.examples import examples

BERLIN = "Europe/Berlin"


def times(text: str, begin: str, number: int, zone: str = BERLIN) -> list[str]:
    """The next times after a moment of the zone, as its clocks show them."""
    moment = datetime.fromisoformat(begin).replace(tzinfo=ZoneInfo(zone))
    shown = []
    for _ in range(number):
        moment = cron.parse(text).next_after(moment, zone) or moment
        shown.append(f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M %Z}")
    return shown


def test_six_in_the_morning_on_working_days():
    assert times("0 6 * * 1-5", "2026-11-27T06:00", 2) == ["Mon 30 Nov 06:00 CET", "Tue 01 Dec 06:00 CET"]


def test_a_time_that_does_not_exist_comes_an_hour_later_and_once():
    assert times("30 2 * * *", "2026-03-28T12:00", 2) == ["Sun 29 Mar 03:30 CEST", "Mon 30 Mar 02:30 CEST"]
    assert times("30 2,3 * * *", "2026-03-29T00:00", 2) == ["Sun 29 Mar 03:30 CEST", "Mon 30 Mar 02:30 CEST"]


def test_a_time_that_exists_twice_counts_once():
    assert times("30 2 * * *", "2026-10-24T12:00", 2) == ["Sun 25 Oct 02:30 CEST", "Mon 26 Oct 02:30 CET"]


def test_where_both_days_are_given_either_will_do():
    assert times("0 0 13 * FRI", "2026-02-01T00:00", 3) == ["Fri 06 Feb 00:00 CET", "Fri 13 Feb 00:00 CET",
                                                           "Fri 20 Feb 00:00 CET"]  # fmt: skip


def test_nothing_comes_on_a_holiday():
    monday = cron.parse("0 6 * * MON").next_after(
        datetime(2026, 4, 3, tzinfo=UTC), BERLIN, lambda day: day == date(2026, 4, 6)
    )
    assert monday == datetime(2026, 4, 13, 4, tzinfo=UTC)


@pytest.mark.parametrize(("text", "why"), [
    ("0 6 * *", "it has 4 fields"),
    ("60 6 * * *", 'the minute "60" is not from 0 to 59'),
    ("0 6 * * 5-1", 'the weekday "5-1" goes backwards'),
    ("0 6 * * MO", 'the weekday "MO" is not from 0 to 7'),
    ("*/0 6 * * *", 'the minute "*/0" has no step'),
    ("0 6 L * *", 'the day of the month "L"'),
    ("0 6 ? * *", "is not *, a number"),
    ("0 ６ * * *", "is not"),
    ("0 0 31 2,4 *", "no such day ever comes"),
])  # fmt: skip
def test_what_is_no_timetable_says_why(text, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        cron.parse(text)


FIELD = st.one_of(st.just("*"), st.sampled_from(["*/7", "*/25"]))
MINUTE = st.one_of(FIELD, st.integers(0, 59).map(str), st.integers(0, 29).map(lambda n: f"{n}-{n + 30}/9"))
HOUR = st.one_of(st.just("*"), st.just("*/5"), st.integers(0, 23).map(str), st.just("1-3"))
DAYS = st.sampled_from(["* * *", "* * SUN", "* * 1-5", "25-31 * *", "29 * 0", "* MAR,OCT 7"])
STARTS = st.sampled_from(["2026-03-28T20:00", "2026-10-24T20:00", "2026-12-31T22:00", "2028-02-28T22:00"])


@settings(max_examples=examples(30), deadline=None)
@given(MINUTE, HOUR, DAYS, STARTS, st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"]))
def test_the_next_time_is_what_a_watcher_of_the_clock_finds(minute, hour, days, start, zone):
    """Minute by minute: the first minute whose clock shows one of the times, the first of two, or stands in for none."""
    timetable = cron.parse(f"{minute} {hour} {days}")
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    for _ in range(3):
        following = timetable.next_after(moment, zone)
        assert following is not None
        assert following > moment
        if following - moment < timedelta(days=2):
            assert following == watched(timetable, moment, ZoneInfo(zone))
        moment = following


def watched(timetable: cron.Cron, moment: datetime, zone: ZoneInfo) -> datetime:
    while True:
        moment = (moment + timedelta(minutes=1)).replace(second=0)
        shown = moment.astimezone(zone)
        gap = (shown.utcoffset() or timedelta()) - (
            (moment - timedelta(hours=2)).astimezone(zone).utcoffset() or timedelta()
        )
        missing = shown.replace(tzinfo=None) - gap
        skipped = gap > timedelta() and missing.replace(tzinfo=zone).astimezone(UTC) == moment
        if shown.fold == 0 and any(shows(timetable, one) for one in [shown, *([missing] if skipped else [])]):
            return moment


def shows(timetable: cron.Cron, at: datetime) -> bool:
    return at.minute in timetable.minutes and at.hour in timetable.hours and timetable.is_day(at.date())
