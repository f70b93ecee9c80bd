"""What of the server's own tables has had its time?  Sessions, links, failed sign-ins, first answers, events of Tango."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from campaign_runner.ledger.people_tables import (
    idempotency,
    password_links,
    provider_sign_ins,
    sessions,
    sign_in_failures,
)
from campaign_runner.ledger.submission_tables import tango_events

_OLD = (sessions.c.seen, password_links.c.until, provider_sign_ins.c.until, sign_in_failures.c.last, idempotency.c.at)


def forget_logs(connection: Connection, before: float, before_at: str) -> int:
    """Delete what is older than this (seconds since 1970, and the same as the ledger writes it); returns how many rows."""
    gone = sum(connection.execute(delete(column.table).where(column < before)).rowcount for column in _OLD)
    return gone + connection.execute(delete(tango_events).where(tango_events.c.at < before_at)).rowcount
