"""When does the inbox collect its files?  As [schedule] says; a time that was missed is caught up, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from campaign_runner.model import cron
from campaign_runner.model.errors import SettingsError, UsageError
from campaign_runner.settings.workspace_sections import ScheduleSection


@dataclass(frozen=True)
class Timetable:
    """The times of [schedule]; raises SettingsError where its calendar of holidays is not known."""

    section: ScheduleSection

    def next_after(self, moment: datetime) -> datetime:
        """The first time after a moment, in UTC."""
        found = self._times.next_after(moment, self.section.zone or "UTC", self._is_holiday)
        if found is None:
            raise SettingsError(
                f'schedule.every = "{self.section.every}": all of these times fall on holidays of '
                f"{self.section.holidays}. Correct one of the two settings."
            )
        return found

    def is_due(self, before: datetime, now: datetime) -> bool:
        """Whether a time has come since `before`."""
        return self.next_after(before) <= now

    def shown(self, moment: datetime) -> str:
        """A time for people: `Mon 30 Nov 2026 06:00 CET`."""
        return f"{moment.astimezone(ZoneInfo(self.section.zone or 'UTC')):%a %d %b %Y %H:%M %Z}"

    @cached_property
    def _times(self) -> cron.Cron:
        return cron.parse(self.section.every)

    @cached_property
    def _is_holiday(self) -> Callable[[date], bool]:
        name = self.section.holidays
        if not name:
            return lambda _: False
        try:
            import holidays
        except ImportError:
            raise UsageError(
                'A calendar of holidays needs more packages: pip install "campaign-runner[inbox]"'
            ) from None
        country, _, region = name.partition("-")
        try:
            calendar = holidays.country_holidays(country, subdiv=region or None)
        except NotImplementedError:
            raise SettingsError(
                f'schedule.holidays = "{name}": there is no calendar of this name. Give a country such as US, or a region '
                "of it such as DE-BY."
            ) from None
        return calendar.__contains__


def timetable_of(section: ScheduleSection) -> Timetable | None:
    """The timetable, if there is one."""
    return Timetable(section) if section.every else None
