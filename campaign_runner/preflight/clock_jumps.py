"""Did this machine's clock jump?  It decides on delivery dates, on the duplicate window and on the day of each booking.

Compared with the newest event of the ledger, and with the clock of Tango's servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

AHEAD = timedelta(minutes=5)  # the clocks of two machines may differ by this much
BEHIND = timedelta(days=400)
_CHECK = (
    "Delivery dates, the duplicate window and booking days depend on it: correct the clock before you send anything."
)


def against_ledger(now: datetime, newest: str) -> Iterator[str]:
    """`newest` is the ISO time of the newest event, "" without one."""
    if not newest:
        return
    last = datetime.fromisoformat(newest)
    if last - now > AHEAD:
        yield f"This machine's clock says {_at(now)}, but the ledger's newest event is of {_at(last)}. {_CHECK}"
    elif now - last > BEHIND:
        yield (
            f"This machine's clock says {_at(now)}, {(now - last).days:,} days after the ledger's newest event "
            f"({_at(last)}). {_CHECK}"
        )


def against_tango(now: datetime, date_header: str) -> Iterator[str]:
    """`date_header` is the `Date` of an answer (RFC 9110), "" or anything else without one."""
    try:
        theirs = parsedate_to_datetime(date_header).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return
    if abs(theirs - now) > AHEAD:
        yield f"This machine's clock says {_at(now)}, Tango's servers say {_at(theirs)}. {_CHECK}"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
