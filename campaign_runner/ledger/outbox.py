"""What is to be told to whom, and was it?  Messages follow the log of events with a cursor.

    collect(connection)            the events after the cursor
    add(connection, message)       one message to one receiver, once, however often it is asked for
    move_cursor(connection, event) in the same transaction: an event is never lost, and never read twice
    take(connection)               a message that is due, for a lease: it is committed before anything leaves
    sent / not_sent                what came of it

Whoever dies between sending and `sent` has the message sent once more, after the lease: at most twice, never lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from campaign_runner.ledger import actors, jobs
from campaign_runner.ledger.outbox_tables import deliveries, outbox_cursor
from campaign_runner.ledger.schema import campaigns, events

NAME = "messages"
WAITING, SENT, FAILED = "waiting", "sent", "failed"
# A message in hand is nobody else's for so long (seconds); a sender that died is followed after that.
LEASE = 60.0
# A message that could not be sent is tried again after so many seconds, the last figure until it is given up.
AGAIN_AFTER = (60, 300, 900, 3600, 14_400)
GIVEN_UP_AFTER = 3 * 86_400.0
AT_ONCE = 500  # events that are read in one transaction
# Events that somebody may be told of: where a job follows the log, it is due at once.
NOTABLE = frozenset({
    "approval asked", "approval needed", "plan rejected", "campaign finished", "rows need correction", "campaign halted",
    "sending stopped", "funds short",
})  # fmt: skip


class Message(NamedTuple):
    """What one receiver is to be told: `facts` are plain values without personal data of recipients."""

    notice: str
    kind: str
    campaign: int
    channel: str
    target: str
    person: str
    facts: Mapping[str, Any]
    at: str


class Delivery(NamedTuple):
    """A message with how it stands."""

    id: int
    message: Message
    state: str
    tries: int
    error: str
    sent_at: str


def begin(connection: Connection, since: str) -> None:
    """The cursor, where there is none yet: before the first event since then. What happened earlier is told to nobody."""
    if connection.execute(select(outbox_cursor.c.event)).first() is not None:
        return
    before = connection.execute(select(func.max(events.c.id)).where(events.c.at < since)).scalar()
    connection.execute(insert(outbox_cursor).values(name=NAME, event=before or 0))


def hasten(connection: Connection, kind: str) -> None:
    """Something happened: where somebody waits for this kind of event, it is told soon."""
    if kind in NOTABLE:
        jobs.hasten(connection, jobs.NOTIFY, "")


def collect(connection: Connection, kinds: Iterable[str]) -> tuple[list[dict[str, Any]], int]:
    """The next events of these kinds after the cursor, and up to which event that is all there is."""
    query = select(outbox_cursor.c.event).where(outbox_cursor.c.name == NAME).with_for_update()
    after = int(connection.execute(query).scalar_one())
    newest = connection.execute(select(func.max(events.c.id))).scalar() or 0
    query = select(events).where(events.c.id > after, events.c.kind.in_(list(kinds))).order_by(events.c.id)
    rows = [dict(row) for row in connection.execute(query.limit(AT_ONCE)).mappings()]
    until = rows[-1]["id"] if len(rows) == AT_ONCE else newest
    return [{**row, "data": orjson.loads(row["data"]), "actor": actors.unpacked(row["actor"])} for row in rows], max(
        after, int(until)
    )


def move_cursor(connection: Connection, event: int) -> None:
    """Everything up to this event was seen to."""
    connection.execute(update(outbox_cursor).where(outbox_cursor.c.name == NAME).values(event=event))


def behind(connection: Connection) -> bool:
    """Whether there are events after the cursor."""
    cursor = connection.execute(select(outbox_cursor.c.event)).scalar()
    return cursor is None or int(connection.execute(select(func.max(events.c.id))).scalar() or 0) > cursor


def add(connection: Connection, message: Message) -> bool:
    """Keep a message to be sent; False where it is there already."""
    mine = (
        deliveries.c.notice == message.notice, deliveries.c.channel == message.channel,
        deliveries.c.target == message.target, deliveries.c.person == message.person,
    )  # fmt: skip
    if connection.execute(select(deliveries.c.id).where(*mine)).first():
        return False
    facts = orjson.dumps(dict(message.facts), default=str).decode()
    values = {**message._asdict(), "facts": facts, "state": WAITING, "due_at": jobs.now(connection)}
    connection.execute(insert(deliveries).values(**values))
    return True


def take(connection: Connection) -> Delivery | None:
    """The message that has been due longest, for a lease; None where none is due."""
    moment = jobs.now(connection)
    due = select(deliveries).where(deliveries.c.state == WAITING, deliveries.c.due_at <= moment)
    query = due.order_by(deliveries.c.due_at, deliveries.c.id).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    leased = {"due_at": moment + LEASE, "tries": row.tries + 1, "error": ""}
    connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**leased))
    return _delivery(row)._replace(tries=row.tries + 1)


def sent(connection: Connection, delivery: Delivery, at: str) -> None:
    """It has arrived."""
    values = {"state": SENT, "sent_at": at, "error": ""}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(**values))


def not_sent(connection: Connection, delivery: Delivery, error: str, *, old: bool = False) -> None:
    """It could not be sent: again later, or, where it is too `old`, not any more."""
    wait = AGAIN_AFTER[min(delivery.tries, len(AGAIN_AFTER)) - 1]
    state = FAILED if old else WAITING
    values = {"state": state, "error": error[:300], "due_at": jobs.now(connection) + wait}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(**values))


def hurry(connection: Connection) -> None:
    """What could not be sent, and is in nobody's hand, is due now; also what was given up."""
    mine = (deliveries.c.state != SENT, deliveries.c.error != "")
    connection.execute(update(deliveries).where(*mine).values(state=WAITING, due_at=0))


def next_due(connection: Connection) -> float | None:
    """Seconds until a message is due; None where none waits."""
    due = connection.execute(select(func.min(deliveries.c.due_at)).where(deliveries.c.state == WAITING)).scalar()
    return None if due is None else max(0.0, float(due) - jobs.now(connection))


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many messages, by channel and state."""
    query = select(deliveries.c.channel, deliveries.c.state, func.count())
    rows = connection.execute(query.group_by(deliveries.c.channel, deliveries.c.state))
    return {(channel, state): number for channel, state, number in rows}


def troubled(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Channel, target and newest error of what could not be sent, and how many messages that are."""
    mine = select(deliveries.c.channel, deliveries.c.target, func.max(deliveries.c.error), func.count())
    query = mine.where(deliveries.c.state != SENT, deliveries.c.error != "")
    rows = connection.execute(query.group_by(deliveries.c.channel, deliveries.c.target).order_by(deliveries.c.target))
    return [tuple(row) for row in rows]


def listing(connection: Connection, *, before: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """Messages, the newest first: of which campaign, to whom, how they stand."""
    query = select(deliveries, campaigns.c.campaign_id).outerjoin(campaigns, campaigns.c.id == deliveries.c.campaign)
    query = query.where(deliveries.c.id < before) if before else query
    rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit)).mappings()
    shown = ("id", "at", "kind", "channel", "target", "person", "state", "tries", "error", "sent_at")
    return [{name: row[name] for name in shown} | {"campaign": row["campaign_id"] or ""} for row in rows]


def forget(connection: Connection, before: str) -> int:
    """Messages from before that day are deleted, unless they wait."""
    return connection.execute(
        delete(deliveries).where(deliveries.c.at < before, deliveries.c.state != WAITING)
    ).rowcount


def _delivery(row: Row[Any]) -> Delivery:
    message = Message(row.notice, row.kind, row.campaign, row.channel, row.target, row.person,
                      orjson.loads(row.facts), row.at)  # fmt: skip
    return Delivery(row.id, message, row.state, row.tries, row.error, row.sent_at)
