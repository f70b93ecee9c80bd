"""What was answered first to a request that names itself with a key?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from campaign_runner.ledger import events
from campaign_runner.ledger.people_tables import idempotency

# A key is remembered for so long; a request whose server died may be made again after so long.
KEPT, STUCK = 7 * 86_400.0, 60.0


class Answer(NamedTuple):
    """What is given again; `status` 0: the first request is under way, `digest` is that of its body."""

    digest: str
    status: int = 0
    content_type: str = ""
    body: str = ""


def claim(connection: Connection, user: int, key: str, digest: str, now: float) -> Answer | None:
    """The first answer, or that one is under way; None where this request is the first."""
    mine = (idempotency.c.user == user, idempotency.c.key == key)
    events.alone_with(connection, f"idempotency {user} {key}")
    connection.execute(delete(idempotency).where(idempotency.c.at < now - KEPT))
    row = connection.execute(select(idempotency).where(*mine)).one_or_none()
    if row and (row.status or row.digest != digest or row.at > now - STUCK):
        return Answer(row.digest, row.status, row.content_type, row.body)
    connection.execute(delete(idempotency).where(*mine))
    connection.execute(idempotency.insert().values(user=user, key=key, digest=digest, at=now))
    return None


def keep(connection: Connection, user: int, key: str, answer: Answer) -> None:
    """Remember the first answer."""
    mine = update(idempotency).where(idempotency.c.user == user, idempotency.c.key == key)
    connection.execute(mine.values(**answer._asdict()))


def forget(connection: Connection, user: int, key: str) -> None:
    """The request came to nothing: it may be made again."""
    connection.execute(delete(idempotency).where(idempotency.c.user == user, idempotency.c.key == key))
