"""When is it time?  Five fields, as cron writes them, in a time zone, without holidays.

    minute (0-59)  hour (0-23)  day of the month (1-31)  month (1-12 or JAN-DEC)  weekday (0-7 or SUN-SAT; 0 and 7 = Sunday)

Each field is `*`, a number, a range `1-5`, a list `1,3`, or any of these with a step: `*/15`. Where both days are given,
either will do. Times are those of a clock on the wall: one that does not exist, because the clock is put forward, comes as
much later as the clock was put forward; one that exists twice counts the first time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
# Of each field: its name, its lowest and highest number, and words for its numbers.
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}), ("hour", 0, 23, {}), ("day of the month", 1, 31, {}),
    ("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    ("weekday", 0, 7, {word: number for number, word in enumerate(_DAYS)}),
)  # fmt: skip
_PART = re.compile(r"(?:(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)
# So far ahead a time is looked for: 29 February comes again after eight years at most.
FURTHEST = timedelta(days=9 * 366)


@dataclass(frozen=True)
class Cron:
    """The times of a timetable; made by `parse`."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def is_day(self, day: date) -> bool:
        """Whether a day is one of the timetable's."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month or of_week if self.either_day else of_month and of_week

    def next_after(
        self, moment: datetime, zone: str = "UTC", is_holiday: Callable[[date], bool] = lambda _: False
    ) -> datetime | None:
        """The first time after a moment, in UTC; None where none comes. There is none on a holiday."""
        here = ZoneInfo(zone)
        day = moment.astimezone(here).date() - timedelta(days=1)
        end = day + FURTHEST
        while day < end:
            # A time that does not exist may come later than one of the next day.
            times = [at for each in (day, day + timedelta(days=1)) for at in self._on(each, here, is_holiday)]
            if later := [at for at in times if at > moment]:
                return min(later)
            day += timedelta(days=1)
        return None

    def _on(self, day: date, zone: ZoneInfo, is_holiday: Callable[[date], bool]) -> Iterator[datetime]:
        if self.is_day(day) and not is_holiday(day):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


@lru_cache(maxsize=16)
def parse(text: str) -> Cron:
    """Five fields as a timetable; raises ValueError with the field that is wrong."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"it has {len(fields)} fields, not five: minute, hour, day of the month, month, weekday")
    minutes, hours, days, months, weekdays = (
        _numbers(field, *about) for field, about in zip(fields, _FIELDS, strict=True)
    )
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    made = Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)
    if made.next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None:
        raise ValueError("no such day ever comes")
    return made


def _numbers(field: str, name: str, low: int, high: int, words: dict[str, int]) -> frozenset[int]:
    numbers: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f'the {name} "{part}" is not *, a number, a range such as 1-5, or a step such as */15')
        first = low if match["all"] else _number(match["first"], name, low, high, words)
        alone = match["last"] is None and not match["step"] and not match["all"]
        last = first if alone else high if match["last"] is None else _number(match["last"], name, low, high, words)
        step = int(match["step"] or 1)
        if first > last or step < 1:
            raise ValueError(
                f'the {name} "{part}" goes backwards' if first > last else f'the {name} "{part}" has no step'
            )
        numbers.update(range(first, last + 1, step))
    return frozenset(numbers)


def _number(text: str, name: str, low: int, high: int, words: dict[str, int]) -> int:
    number = words.get(text.upper(), int(text) if text.isdigit() else -1)
    if not low <= number <= high:
        raise ValueError(f'the {name} "{text}" is not from {low} to {high}')
    return number
