"""Which moment is a time on the clock of a place?  Summer time makes one hour a year missing, and one come twice."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from campaign_runner.model.errors import UsageError

_NO_PLACES = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/", "posix/", "right/")


def in_zone(clock: datetime, zone: str) -> datetime:
    """The moment; raises UsageError for a zone that is none, and for a time that is no moment there, or two."""
    try:
        place = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise UsageError(
            f"{zone[:60]} is not a time zone. Choose one, such as Europe/Berlin or America/New_York."
        ) from None
    first, second = (clock.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(place).replace(tzinfo=None) != clock:
        raise UsageError(
            f"{_text(clock)} does not exist in {zone}, because the clocks are put forward then. Choose a time an hour "
            "earlier or later."
        )
    raise UsageError(
        f"{_text(clock)} comes twice in {zone}, because the clocks are put back then. Choose a time an hour earlier or "
        "later."
    )


@cache
def time_zones() -> tuple[str, ...]:
    """The zones that people choose from: UTC, and places by continent."""
    places = {name for name in available_timezones() if "/" in name and not name.startswith(_NO_PLACES)}
    return ("UTC", *sorted(places))


def _text(clock: datetime) -> str:
    return f"{clock:%-d %b %Y, %H:%M}"
