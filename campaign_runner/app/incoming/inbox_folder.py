"""Where are the files of an inbox put, when are they taken, and who watches it?  One at a time. And when: as
[schedule] says."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campaign_runner import settings
from campaign_runner.app.incoming.inbox_files import CAMPAIGN, WORKSPACE
from campaign_runner.app.incoming.inbox_place import LocalPlace, Place
from campaign_runner.app.incoming.private_temp import private_temp
from campaign_runner.app.process.state_folder import NAME
from campaign_runner.ledger import Ledger, open_ledger, tango_events
from campaign_runner.model import cron
from campaign_runner.model.errors import CampaignHeld, SettingsError, UsageError
from campaign_runner.settings.workspace_sections import ScheduleSection

if TYPE_CHECKING:
    from campaign_runner.settings import Settings

LOCK = ".inbox.lock"


@dataclass
class InboxFolder:
    """A folder with settings, where files are put unless `[inbox] url` says where; `tell` hears what people are to know.
    `state` is as for any command, None = beside the settings; `config`: settings in place of the folder's own."""

    folder: Path
    tell: Callable[[str], None]
    state: Path | None = None
    config: Path | None = None

    @cached_property
    def own(self) -> Settings:
        """The settings of the folder itself, which say where files are put and when they are taken."""
        paths = (self.folder / name for name in (CAMPAIGN, WORKSPACE))
        path = self.config or next((path for path in paths if path.is_file()), None)
        try:
            return settings.load(path, "inbox")
        except SettingsError:
            if path and {"inbox", "schedule"} & settings.read_file(path).keys():
                raise
            return settings.load(None, "inbox")  # each file says what is wrong with them

    @cached_property
    def timetable(self) -> Timetable | None:
        """When files are taken; None = at once."""
        return timetable_of(self.own.schedule)

    @cached_property
    def place(self) -> Place:
        """Where files are put."""
        if not self.own.inbox.url:
            return LocalPlace(self.folder, self.own.inbox.settle_seconds)
        from campaign_runner.app.incoming.remote_place import RemotePlace

        return RemotePlace(self.own.inbox)

    def is_time(self, now: datetime) -> bool:
        """Whether files are taken now; a timetable that is new begins with its next time."""
        if self.timetable is None:
            return True
        with self._ledger.read() as connection:
            before = tango_events.collected_at(connection, self.place.shown)
        if before is None:  # it begins now: nothing was missed
            with self._ledger.write("an inbox begins") as connection:
                tango_events.set_collected(connection, self.place.shown, now.timestamp())
            self.tell(f"First look: {self.timetable.shown(self.timetable.next_after(now))}.")
            return False
        return self.timetable.is_due(datetime.fromtimestamp(before, UTC), now)

    def collected(self, moment: datetime) -> None:
        """Note that everything that was there at this moment was taken."""
        with self._ledger.write("an inbox was emptied") as connection:
            tango_events.set_collected(connection, self.place.shown, moment.timestamp())
        if self.timetable:
            self.tell(f"Next look: {self.timetable.shown(self.timetable.next_after(moment))}.")

    def ledger_place(self) -> tuple[Path, str]:
        """State folder and address of the ledger."""
        return self.state or self.folder / NAME, self.own.ledger.url

    @cached_property
    def _ledger(self) -> Ledger:
        return open_ledger(*self.ledger_place())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one inbox watches a folder: on this machine by a lock, elsewhere by a claim in the ledger. Both die with
        the process."""
        if not self.folder.is_dir():
            raise UsageError(f"{self.folder}: there is no such folder. Create it, or name another one.")
        elsewhere = self.own.inbox.url
        claim = self._ledger.hold(f"inbox {elsewhere}"[:200]) if elsewhere else _locked(self.folder)
        with claim, private_temp(self.state or self.folder / NAME):
            yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = f"{folder}: another campaign-runner watches this inbox. This one took nothing."
            raise CampaignHeld(held) from None
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Timetable:
    """The times of [schedule]; raises SettingsError where its calendar of holidays is not known."""

    section: ScheduleSection

    def next_after(self, moment: datetime) -> datetime:
        """The first time after a moment, in UTC."""
        moment_due = self._times.next_after(moment, self.section.zone or "UTC", self._is_holiday)
        if moment_due is None:
            raise SettingsError(
                f'schedule.every = "{self.section.every}": all of these times fall on holidays of '
                f"{self.section.holidays}. Correct one of the two settings."
            )
        return moment_due

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
