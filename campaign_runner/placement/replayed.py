"""Did Tango have an order before it was sent for the first time?  Then somebody else sent it, and the ledger is older.

Only Tango's own times are compared, for its clock and ours may differ by hours: the day on which it says that the order
was made, with the day on which it says that it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from campaign_runner.model import Outcome, Receipt

# Seconds that an order's time may lie before its answer's, more than this call took: clocks of one company, and words
# that are cut to whole seconds.
LEEWAY = 120.0


def was_there_before(receipt: Receipt, seconds: float) -> bool:
    """Whether the answer to a first POST, which took this many `seconds` in all its tries, is about an older order."""
    made, answered = (
        _moment(datetime.fromisoformat, receipt.created_at),
        _moment(parsedate_to_datetime, receipt.server_time),
    )
    if made and answered:
        return (answered - made).total_seconds() > max(seconds, 0) + LEEWAY
    return receipt.outcome is Outcome.REPLAYED and not receipt.doubtful


def _moment(read: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        moment = read(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
