"""What happened, in order?  An append-only log in which each entry carries the hash of the one before."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select, text

from campaign_runner.ledger.prepared import Prepared
from campaign_runner.ledger.schema import events

START = "0" * 64
CHAIN = 7_226_446_201  # the lock that stands for the end of the chain
_LAST = Prepared(select(events.c.id, events.c.hash).order_by(events.c.id.desc()).limit(1))
_NEXT = Prepared(events.insert(), [column.name for column in events.c])


def append(connection: Connection, campaign: int, at: str, kind: str, **data: Any) -> None:
    """Add an event in the caller's transaction; `data` holds no personal data. Nobody else adds one until its end."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN})
    last, before = _LAST(connection).fetchone() or (0, START)
    told = orjson.dumps(data, option=orjson.OPT_SORT_KEYS, default=str).decode()
    values = {"id": last + 1, "campaign": campaign, "at": at, "kind": kind, "data": told, "previous": before}
    _NEXT(connection, {**values, "hash": _hash(**values)})


def head(connection: Connection) -> str:
    """The hash of the newest event."""
    return connection.execute(select(events.c.hash).order_by(events.c.id.desc()).limit(1)).scalar() or START


def newest_at(connection: Connection) -> str:
    """When the newest event happened, "" without any."""
    return connection.execute(select(events.c.at).order_by(events.c.id.desc()).limit(1)).scalar() or ""


def first_broken(connection: Connection) -> int | None:
    """The number of the first event that does not fit the chain, None if the chain is whole."""
    before = START
    for number, event in enumerate(connection.execute(select(events).order_by(events.c.id)).mappings(), 1):
        values = {name: event[name] for name in ("id", "campaign", "at", "kind", "data", "previous")}
        if event["id"] != number or event["previous"] != before or event["hash"] != _hash(**values):
            return number
        before = event["hash"]
    return None


def newest(connection: Connection) -> int:
    """The number of the newest event; 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one())


def count(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(select(func.count()).select_from(events)).scalar_one())


def every(connection: Connection) -> Iterator[dict[str, Any]]:
    """All events, oldest first."""
    return _told(connection, select(events))


def milestones(connection: Connection, campaign: int) -> Iterator[dict[str, Any]]:
    """The events of a campaign but for the moves of single batches, which can be thousands."""
    return _told(connection, select(events).where(events.c.campaign == campaign, events.c.kind != "batch moved"))


def of_campaign(connection: Connection, campaign: int) -> Iterator[dict[str, Any]]:
    """The events of a campaign, oldest first."""
    return _told(connection, select(events).where(events.c.campaign == campaign))


def _told(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    rows = connection.execute(query.order_by(events.c.id)).mappings()
    return ({**{str(key): value for key, value in row.items()}, "data": orjson.loads(row["data"])} for row in rows)


def _hash(**values: Any) -> str:
    return sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
