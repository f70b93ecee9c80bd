"""On which day was it, where the books are kept?  Times of finance reports as local times, periods as instants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from campaign_runner.model import Books
from campaign_runner.model.finance_options import FinanceOptions

_TIMES = ("placed_at", "updated_at", "at")


def in_zone(books: Books, zone: str) -> Books:
    """The books with the times of placed lines and of changes as local times without an offset; "" leaves them in UTC."""
    if not zone:
        return books
    return replace(
        books, placed=_localised(books.placed, zone), corrections=_localised(books.corrections, zone),
        settlements=_localised(lambda: books.settlements(zone), zone),
    )  # fmt: skip


def instants(options: FinanceOptions) -> tuple[str, str]:
    """The period as ISO times in UTC: its first moment, and the one after its last; "" leaves an end open."""
    first = _midnight(options.since, 0, options.time_zone) if options.since else ""
    return first, _midnight(options.until, 1, options.time_zone) if options.until else ""


def _midnight(day: str, later: int, zone: str) -> str:
    moment = datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), ZoneInfo(zone or "UTC"))
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _localised(frames: Callable[[], Iterator[pd.DataFrame]], zone: str) -> Callable[..., Iterator[pd.DataFrame]]:
    def local(*_: str) -> Iterator[pd.DataFrame]:
        for frame in frames():
            yield frame.assign(**{name: _local(frame[name], zone) for name in _TIMES if name in frame})

    return local


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
