"""Which orders are doubtful at Tango?  Shown with less than before, not known any more, or sent again very late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from campaign_runner.ledger.schema import batches

# This many answers in a row that Tango knows no such order, over this many seconds, are no delay any more.
ABSENT_TIMES, ABSENT_SECONDS = 3, 60.0


def shown_with_less(connection: Connection, campaign_key: int) -> list[tuple[str, int]]:
    """(reference, lines) of orders of which the newest answer has this many lines fewer than an earlier one."""
    query = select(batches.c.reference, batches.c.fewer)
    query = query.where(batches.c.campaign == campaign_key, batches.c.fewer > 0).order_by(batches.c.id)
    return [(str(reference), int(fewer)) for reference, fewer in connection.execute(query)]


def unreadable(connection: Connection, campaign_key: int) -> list[tuple[str, int]]:
    """(reference, lines) of orders for which the newest answer states amounts that cannot be read."""
    query = select(batches.c.reference, batches.c.unreadable)
    query = query.where(batches.c.campaign == campaign_key, batches.c.unreadable > 0).order_by(batches.c.id)
    return [(str(reference), int(lines)) for reference, lines in connection.execute(query)]


def not_known(connection: Connection, campaign_key: int) -> list[tuple[str, int]]:
    """(reference, lines) of orders that Tango had accepted, and says again and again that it does not know."""
    query = select(batches.c.reference, batches.c.lines, batches.c.absent_since, batches.c.updated_at)
    query = query.where(batches.c.campaign == campaign_key, batches.c.absent >= ABSENT_TIMES).order_by(batches.c.id)
    return [
        (str(reference), int(lines)) for reference, lines, since, now in connection.execute(query)
        if _seconds(now) - _seconds(since) >= ABSENT_SECONDS
    ]  # fmt: skip


def sent_late(connection: Connection, campaign_key: int) -> list[tuple[str, int]]:
    """(reference, lines) of orders that were sent again so long after their first sending that Tango may not have known
    the reference any more."""
    query = select(batches.c.reference, batches.c.lines)
    query = query.where(batches.c.campaign == campaign_key, batches.c.sent_late_at != "").order_by(batches.c.id)
    return [(str(reference), int(lines)) for reference, lines in connection.execute(query)]


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp() if at else 0.0
