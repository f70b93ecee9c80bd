"""When the inbox takes its files: at the times of [schedule], never on a holiday, once for all that were missed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from campaign_runner.app.inbox import Inbox
from campaign_runner.app.incoming.inbox_folder import Timetable
from campaign_runner.model.errors import ExitCode, SettingsError
from campaign_runner.settings.workspace_sections import ScheduleSection
from tests.inbox.drop import ANA, BO, Drop

# The hand clock begins on Sunday 22 November 2026, 09:00 UTC, which is 10:00 in Berlin.
WORKING_DAYS = '[schedule]\nevery = "0 6 * * 1-5"\nzone = "Europe/Berlin"\n'


@pytest.fixture
def drop(drop: Drop) -> Drop:
    drop.settings("workspace.toml", WORKING_DAYS)
    return drop


def test_files_wait_for_their_time(drop):
    drop.put("q4.csv", ANA)
    inbox = drop.inbox()
    inbox.look()
    drop.clock.turn(hours=19, minutes=59)  # Monday 05:59 in Berlin
    inbox.look()
    assert drop.places("q4.csv") == ["inbox"]
    drop.clock.turn(minutes=1)
    inbox.look()
    assert drop.places("q4.csv") == ["done"]
    assert drop.told[0] == "First look: Mon 23 Nov 2026 06:00 CET."
    assert drop.told[-1] == "Next look: Tue 24 Nov 2026 06:00 CET."


def test_times_that_were_missed_are_caught_up_once(drop):
    drop.inbox().look()
    drop.put("q4.csv", ANA)
    drop.clock.turn(days=3, hours=2)  # nobody was there on Monday, Tuesday and Wednesday at six
    later: Inbox = drop.inbox()
    later.look()
    assert drop.places("q4.csv") == ["done"]
    drop.put("q5.csv", BO)
    later.look()
    assert drop.places("q5.csv") == ["inbox"]


def test_a_look_that_was_killed_is_made_up_for(drop):
    drop.inbox().look()
    drop.put("q4.csv", ANA)
    drop.clock.turn(days=1)
    killed = drop.inbox()
    killed.stopping.set()
    killed.look()
    assert drop.places("q4.csv") == ["inbox"]
    drop.inbox().look()
    assert drop.places("q4.csv") == ["done"]


def test_a_file_that_is_not_whole_when_it_is_time_is_taken_soon_after(drop):
    inbox = drop.inbox()
    inbox.look()
    drop.settings("workspace.toml", f'{WORKING_DAYS}[inbox]\nrequire = ["sha256"]\n')
    drop.clock.turn(days=1)
    path = drop.put("q4.csv", ANA)
    inbox.look()
    assert drop.places("q4.csv") == ["inbox"]
    path.with_name("q4.csv.sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    inbox.look()
    assert drop.places("q4.csv") == ["done"]


def test_once_does_not_wait_for_a_time(drop):
    drop.put("q4.csv", ANA)
    assert drop.once() is ExitCode.DONE
    assert drop.places("q4.csv") == ["done"]


@pytest.mark.parametrize(("holidays", "following"), [
    ("DE-BY", "Thu 07 Jan 2027 06:00 CET"),  # Epiphany is one in Bavaria
    ("DE-BE", "Wed 06 Jan 2027 06:00 CET"),
    ("", "Wed 06 Jan 2027 06:00 CET"),
])  # fmt: skip
def test_holidays_are_those_of_the_calendar(holidays, following):
    times = Timetable(ScheduleSection(every="0 6 * * 1-5", zone="Europe/Berlin", holidays=holidays))
    assert times.shown(times.next_after(datetime(2027, 1, 5, 12, tzinfo=UTC))) == following


@pytest.mark.parametrize(("section", "why"), [
    ({"every": "0 6 * * *", "holidays": "DE-XX"}, "there is no calendar of this name"),
    ({"every": "0 6 1 1 *", "holidays": "DE"}, "all of these times fall on holidays of DE"),
])  # fmt: skip
def test_a_timetable_that_cannot_be_says_why(section, why):
    with pytest.raises(SettingsError, match=why):
        Timetable(ScheduleSection(**section)).next_after(datetime(2027, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize(("more", "why"), [
    ('[schedule]\nevery = "0 25 * * *"\n', 'the hour "25" is not from 0 to 23'),
    ('[schedule]\nzone = "Europe/Munich"\n', "it must be a time zone"),
    ('[schedule]\nholidays = "Bavaria"\n', "a country such as US, or a region of it such as DE-BY"),
    ('[inbox]\nurl = "sftp://rewards:secret@files.example.com/out"\n', "set the password in the environment"),
    ('[inbox]\nurl = "ftp://files.example.com"\n', "it must be an address such as sftp://"),
])  # fmt: skip
def test_wrong_settings_are_told_before_anything_is_taken(drop, more, why):
    drop.settings("workspace.toml", more)
    drop.put("q4.csv", ANA)
    with pytest.raises(SettingsError) as caught:
        drop.once()
    assert why in str(caught.value)
    assert drop.places("q4.csv") == ["inbox"]
