"""On which day was it, where the books are kept?  Times of finance reports as local times, periods as instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from campaign_runner.model import BookPages, Column, Finding, OpenBooks, StatedRows
from campaign_runner.model.finance_options import FinanceOptions

_TIMES = ("placed_at", "updated_at", "at")


@dataclass(frozen=True)
class LocalPages(BookPages):
    """Placed lines and changes with their times as local times without an offset."""

    pages: BookPages
    zone: str

    def stated(self) -> Iterator[StatedRows]:
        """As the pages have them."""
        return self.pages.stated()

    def earlier(self) -> Iterator[tuple[tuple[Column, ...], StatedRows]]:
        """As the pages have them."""
        return self.pages.earlier()

    def findings(self, first: str, after: str) -> tuple[Finding, ...]:
        """As the pages have them."""
        return self.pages.findings(first, after)

    def placed(self) -> Iterator[pd.DataFrame]:
        """As the pages have them."""
        return self._localised(self.pages.placed())

    def corrections(self) -> Iterator[pd.DataFrame]:
        """As the pages have them."""
        return self._localised(self.pages.corrections())

    def settlements(self, zone: str = "") -> Iterator[pd.DataFrame]:
        """By the days of this zone."""
        return self._localised(self.pages.settlements(zone or self.zone))

    def _localised(self, frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            yield frame.assign(**{name: _local(frame[name], self.zone) for name in _TIMES if name in frame})


def in_zone(opened: OpenBooks, zone: str) -> OpenBooks:
    """The same books with the lines of `LocalPages`; "" leaves them in UTC."""
    return replace(opened, pages=LocalPages(opened.pages, zone)) if zone else opened


def findings_of(opened: OpenBooks, options: FinanceOptions) -> tuple[Finding, ...]:
    """Those of the period, where one is asked for."""
    return opened.pages.findings(*instants(options)) if options.has_period else opened.books.findings


def instants(options: FinanceOptions) -> tuple[str, str]:
    """The period as ISO times in UTC: its first moment, and the one after its last; "" leaves an end open."""
    first = _midnight(options.since, 0, options.time_zone) if options.since else ""
    return first, _midnight(options.until, 1, options.time_zone) if options.until else ""


def _midnight(day: str, later: int, zone: str) -> str:
    moment = datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), ZoneInfo(zone or "UTC"))
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _local(times: pd.Series, zone: str) -> pd.Series:
    """Each different time is turned once; "" stays "" """
    codes, different = pd.factorize(times)
    words = [_wall_time(str(moment), zone) for moment in different]
    return pd.Series([words[code] if code >= 0 else "" for code in codes], index=times.index, dtype="str")


def _wall_time(moment: str, zone: str) -> str:
    if not moment:
        return ""
    return (
        datetime.fromisoformat(moment)
        .astimezone(ZoneInfo(zone))
        .replace(tzinfo=None)
        .isoformat(timespec="milliseconds")
    )
