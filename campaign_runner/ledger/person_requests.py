"""Which requests for one person's data are there?  `content` is the address until the work begins, then the export until
it is a day old; the log names neither."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select, update

from campaign_runner.ledger import actors, events
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.submission_tables import person_requests
from campaign_runner.model.actor import Actor
from campaign_runner.model.contact import without_contacts

EXPORT, PREVIEW, ERASE = "export", "preview", "erase"
WANTED, WORKING, DONE, FAILED = "wanted", "working", "done", "failed"


class PersonRequest(NamedTuple):
    """One of them; `user` is the account that may fetch it, `says` sentences for people."""

    id: int
    kind: str
    at: str
    user: int
    actor: Actor
    state: str
    reason: str
    says: tuple[str, ...]
    content: bytes = b""


def want(connection: Connection, kind: str, who: str, reason: str, user: int, at: str) -> int:
    """Write one down; returns its number."""
    actor, reason = connection.get_execution_options()["actor"], without_contacts(reason)
    values = {"kind": kind, "at": at, "user": user, "actor": actor, "state": WANTED, "reason": reason, "says": "[]",
              "bytes": pack(who.encode())}  # fmt: skip
    number = int(
        connection.execute(person_requests.insert().values(**values).returning(person_requests.c.id)).scalar_one()
    )
    events.append(connection, 0, at, f"person {kind} wanted", number=number, reason=reason)
    return number


def begin(connection: Connection, number: int) -> tuple[PersonRequest, str]:
    """The request and who is meant; "" where the work began before: the address is not kept while it lasts."""
    request = get(connection, number)
    assert request is not None
    if request.state != WANTED:
        return request, ""
    _set(connection, number, state=WORKING, bytes=pack(b""))
    return request, request.content.decode()


def end(
    connection: Connection, request: PersonRequest, state: str, says: list[str], at: str, content: bytes = b""
) -> None:
    """What came of it."""
    _set(connection, request.id, state=state, says=orjson.dumps(says).decode(), bytes=pack(content))
    events.append(connection, 0, at, f"person {request.kind} {state}", number=request.id)


def forget_files(connection: Connection, number: int | None = None) -> None:
    """Delete an export, or all of them; that it was made stays."""
    mine = person_requests.c.state == DONE
    mine = mine if number is None else mine & (person_requests.c.id == number)
    connection.execute(update(person_requests).where(mine).values(bytes=pack(b"")))


def get(connection: Connection, number: int) -> PersonRequest | None:
    """One request, with its content."""
    row = connection.execute(select(person_requests).where(person_requests.c.id == number)).one_or_none()
    return _made(row, unpack(row.bytes)) if row else None


def newest(connection: Connection, limit: int) -> list[tuple[PersonRequest, bool]]:
    """The newest requests, and whether each has a file to be fetched."""
    rows = connection.execute(select(person_requests).order_by(person_requests.c.id.desc()).limit(limit))
    return [(_made(row), row.state == DONE and bool(unpack(row.bytes))) for row in rows]


def _made(row: Any, content: bytes = b"") -> PersonRequest:
    actor = actors.unpacked(row.actor)
    assert actor is not None
    return PersonRequest(row.id, row.kind, row.at, row.user, actor, row.state, row.reason,
                         tuple(orjson.loads(row.says)), content)  # fmt: skip


def _set(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(person_requests).where(person_requests.c.id == number).values(**values))
