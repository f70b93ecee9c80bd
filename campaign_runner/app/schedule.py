"""schedule: the first order of a campaign leaves then, not before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from campaign_runner.app.halt import drive_again, wish
from campaign_runner.ledger import pauses
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.app.runtime import Runtime


def schedule_campaign(runtime: Runtime, when: str) -> str:
    """Schedule the campaign of the settings; returns what to show. Raises UsageError for a time that cannot be."""
    now, moment = runtime.clock.now(), moment_of(when)
    if moment <= now:
        raise UsageError(f"--at {when}: this time has passed. Give one that is still to come.")
    with wish(runtime, "schedule a campaign") as (connection, key):
        schedule(connection, key, moment, runtime.at())
    return (
        f"The campaign {runtime.settings.campaign.id} is scheduled for {pauses.day(moment)}. Nothing is sent before."
    )


def schedule(connection: Connection, key: int, moment: datetime, at: str) -> None:
    """The same in a transaction of the caller's."""
    pauses.schedule(connection, key, moment.timestamp(), at)
    drive_again(connection, key, at)


def moment_of(text: str) -> datetime:
    """`2026-12-15T09:00+01:00` as a moment; raises UsageError for anything that could be two of them."""
    example = "such as 2026-12-15T09:00+01:00"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"--at {text}: give a date and a time with its time zone, {example}.") from None
    if moment.tzinfo is None:
        raise UsageError(f"--at {text}: the time zone is missing. Add it, {example}, or Z for UTC.")
    return moment
