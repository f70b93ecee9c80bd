"""Which day or time is meant by a number of days?  For formats that keep dates as numbers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no time zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST = 2_958_466  # 1 January 10000


def moment(value: float, kind: str, counts_1904: bool) -> date | datetime | time | timedelta | None:
    """A `date` or a `duration`; None where a calendar has no such day."""
    if not 0 <= value < _LAST:
        return None
    passed = timedelta(milliseconds=round(value * 86_400_000))
    if kind == "duration":
        return passed
    if counts_1904 and value >= 1:
        return _EPOCH_1904 + passed
    early = timedelta(days=1) if 1 <= value < 60 else timedelta()  # 29 February 1900 is there by mistake
    when = _EPOCH + passed + early
    return when.time() if value < 1 else when
