"""schedule: the first order of a campaign leaves then, not before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaign_runner.app.halt import drive_again, wish
from campaign_runner.app.local_time import in_zone
from campaign_runner.ledger import pauses
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.app.runtime import Runtime


def schedule_campaign(runtime: Runtime, when: str) -> str:
    """Schedule the campaign of the settings; returns what to show. Raises UsageError for a time that cannot be."""
    try:
        moment, zone = moment_of(when, runtime.clock.now())
    except UsageError as error:
        raise UsageError(f"--at {error}") from None
    with wish(runtime, "schedule a campaign") as (connection, key):
        schedule(connection, key, moment, runtime.at(), zone)
    name, time = runtime.settings.campaign.id, pauses.day(moment)
    return f"The campaign {name} is scheduled for {time}. No order is sent before that time."


def schedule(connection: Connection, key: int, moment: datetime, at: str, zone: str = "") -> None:
    """The same in a transaction of the caller's."""
    pauses.schedule(connection, key, moment.timestamp(), at, zone)
    drive_again(connection, key, at)


def at_once(connection: Connection, key: int, at: str) -> None:
    """What was scheduled leaves now."""
    pauses.schedule(connection, key, 0, at)
    drive_again(connection, key, at)


def moment_of(text: str, now: datetime) -> tuple[datetime, str]:
    """`2026-12-15T09:00+01:00` or `2026-12-15T09:00[Europe/Berlin]` as a moment, and the zone that was named ("" = none).

    Raises UsageError for what is no moment, or could be two, and for a time that has passed.
    """
    plain, bracket, zone = text.strip().removesuffix("]").partition("[")
    example = "such as 2026-12-15T09:00+01:00"
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise UsageError(f"{text}: give a date and a time with its time zone, {example}.") from None
    if bracket and moment.tzinfo is None:
        moment = in_zone(moment, zone)
    elif moment.tzinfo is None:
        raise UsageError(f"{text}: the time zone is missing. Add it, {example}, or Z for UTC.")
    elif bracket:
        raise UsageError(f"{text}: give the time zone once, {example}.")
    try:
        moment.astimezone(UTC)
    except OverflowError:  # the last day of the year 9999, in the west
        raise UsageError(f"{text}: give a date and a time with its time zone, {example}.") from None
    if moment <= now:
        raise UsageError(f"{text}: this time has passed. Give a time in the future.")
    return moment, zone
