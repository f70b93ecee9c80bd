"""What happened, in order, and who did it?  An append-only log; each event carries the hash of the one before.

An event is signed under a key (`keys`): anyone who can write into the ledger, and does not have the key, cannot change an
event and work out the rest of the chain again. Events from before version 3 have neither actor nor signature.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Select, bindparam, func, select, text

from campaign_runner.ledger import actors, outbox
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.keys import OPERATOR, VARIABLE, Key, Keyring
from campaign_runner.ledger.schema import events
from campaign_runner.model.errors import StateError

START = "0" * 64
LATELY = 200
CHAIN = 7_226_446_201  # the lock that stands for the end of the chain
# So long may a transaction say nothing while it has that lock, unless more was allowed (`Ledger.write`).
STOPPED_SECONDS = 8
_ALONE = text("""
SELECT pg_advisory_xact_lock(:key), set_config('idle_in_transaction_session_timeout',
    CASE now WHEN '0' THEN :idle ELSE now END, true)
FROM current_setting('idle_in_transaction_session_timeout') AS now""")
NEW_KEY, UPGRADED = "audit key changed", "ledger upgraded"
# What a list of what happened leaves out: there can be thousands, and they are for machines.
DETAILS = (
    "batch moved", "orders written", "orders withdrawn", "answers written", "file written", "requests written",
    "rows decided",
)  # fmt: skip
_PLAIN = ("id", "campaign", "at", "kind", "data", "previous")
_SIGNED = (*_PLAIN, "actor", "signed_by")
_READ = (*_SIGNED, "hash", "mac")
_COLUMNS = [events.c[name] for name in _READ]
_LAST = Prepared(select(events.c.id, events.c.hash, events.c.signed_by).order_by(events.c.id.desc()).limit(1))
_NEWEST = Prepared(select(events.c.id, events.c.hash, events.c.at).order_by(events.c.id.desc()).limit(1))
_NEXT = Prepared(events.insert(), [column.name for column in events.c])
_HASH_OF = Prepared(select(events.c.hash).where(events.c.id == bindparam("number")))


class Broken(NamedTuple):
    """The first event that does not fit, and why."""

    number: int
    why: str


def append(connection: Connection, campaign_key: int, at: str, kind: str, **data: Any) -> None:
    """Add an event in the caller's transaction; `data` holds no personal data. Nobody else adds one until its end."""
    alone(connection)
    options = connection.get_execution_options()
    ring: Keyring = options["keyring"]
    key = ring.signing(connection)
    last, before, signed_by = _LAST(connection).fetchone() or (0, START, key.name)
    if signed_by != key.name:
        last, before = _with_another_key(connection, ring, key, campaign_key, at, (last, before, signed_by), kind)
    _add(connection, key, options["actor"], (last, before), campaign_key, at, kind, data)
    outbox.hasten(connection, kind)


def alone(connection: Connection) -> None:
    """Until the end of this transaction nobody else adds an event or a request; SQLite has one writer anyway. A process
    that stops in the middle of it is cut off by the database: all would wait."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"key": CHAIN, "idle": f"{STOPPED_SECONDS}s"})


def alone_with(connection: Connection, what: str) -> None:
    """Until the end of this transaction nobody else is about the same, even where there is no row yet to lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))"), {"key": what})


def _add(
    connection: Connection, key: Key, actor: str, end: tuple[int, str], campaign_key: int, at: str, kind: str,
    data: Mapping[str, Any],
) -> tuple[int, str]:  # fmt: skip
    last, before = end
    packed = orjson.dumps(data, option=orjson.OPT_SORT_KEYS, default=str).decode()
    values = {"id": last + 1, "campaign": campaign_key, "at": at, "kind": kind, "data": packed, "previous": before,
              "actor": actor, "signed_by": key.name}  # fmt: skip
    digest = _hash(values)
    _NEXT(connection, {**values, "hash": digest, "mac": key.sign(digest)})
    return last + 1, digest


def _with_another_key(
    connection: Connection, ring: Keyring, key: Key, campaign_key: int, at: str, end: tuple[int, str, str], kind: str
) -> tuple[int, str]:
    """The event that says so; raises StateError where the operator's key is missing."""
    last, before, signed_by = end
    if signed_by.startswith(f"{OPERATOR}:") and signed_by not in ring.known(connection):
        raise StateError(
            f"The audit log of this ledger is signed with the operator's key {signed_by.partition(':')[2]}, which is "
            f"not here. Set {VARIABLE} (or {VARIABLE}_FILE) as for the runs before; put a new key before it, separated "
            "by a space. Nothing was changed."
        )
    if signed_by.startswith(f"{OPERATOR}:") and not ring.is_operators:
        raise StateError(f"The audit log of this ledger is signed with an operator's key. Set {VARIABLE} again.")
    if not signed_by and kind == UPGRADED:
        return last, before
    data = {"from": signed_by, "to": key.name}
    return _add(
        connection, key, connection.get_execution_options()["actor"], (last, before), campaign_key, at, NEW_KEY, data
    )


def newest_event(connection: Connection) -> tuple[int, str, str]:
    """The number, hash and time of the newest event."""
    number, last, at = _NEWEST(connection).fetchone() or (0, START, "")
    return int(number), str(last), str(at)


def head(connection: Connection) -> str:
    """The hash of the newest event."""
    return connection.execute(select(events.c.hash).order_by(events.c.id.desc()).limit(1)).scalar() or START


def newest_at(connection: Connection) -> str:
    """When the newest event happened, "" without any; the last ones of this very call may have a clock that was set
    back."""
    last = select(events.c.at).order_by(events.c.id.desc()).limit(LATELY).subquery()
    return connection.execute(select(func.max(last.c.at))).scalar() or ""


def end(connection: Connection) -> tuple[int, str]:
    """The number and the hash of the newest event."""
    number, digest, *_ = _LAST(connection).fetchone() or (0, START)
    return int(number), str(digest)


def number_of(connection: Connection, digest: str) -> int | None:
    """The number of the event with this hash, or whose hash begins so; None without one."""
    query = select(events.c.id).where(events.c.hash.startswith(digest, autoescape=True)).order_by(events.c.id)
    number = connection.execute(query.limit(1)).scalar()
    return None if number is None else int(number)


def hash_of(connection: Connection, number: int) -> str:
    """The hash of an event, "" where the chain is shorter; event 0 is its beginning."""
    if number == 0:
        return START
    row = _HASH_OF(connection, {"number": number}).fetchone()
    return str(row[0]) if row else ""


def first_broken(connection: Connection, after: int = 0) -> Broken | None:
    """The first event that does not fit the chain, None if the chain is whole; `after` is one known to be right."""
    ring: Keyring = connection.get_execution_options()["keyring"]
    known = ring.known(connection)
    before, signed_by = hash_of(connection, after) or START, ""
    query = select(*_COLUMNS).where(events.c.id > after).order_by(events.c.id)
    if after:
        previous = select(events.c.signed_by).where(events.c.id == after)
        signed_by = str(connection.execute(previous).scalar_one())
    number = after
    for row in connection.execute(query):
        number += 1
        event = dict(zip(_READ, row, strict=True))
        if why := _misfit(event, number, before, signed_by, known):
            return Broken(number, why)
        before, signed_by = event["hash"], event["signed_by"]
    if number and not signed_by:
        return Broken(number, "the events after it, which were signed, are missing")
    return None


def _misfit(event: Mapping[str, Any], number: int, before: str, signed_by: str, known: Mapping[str, Key]) -> str:
    """Why an event does not follow the one before; "" where it does."""
    names = _SIGNED if event["signed_by"] or event["actor"] else _PLAIN
    if event["id"] != number:
        return "an event before it is missing"
    if event["previous"] != before or event["hash"] != _hash({name: event[name] for name in names}):
        return "it, or the one before, was changed"
    by = event["signed_by"]
    if by != signed_by and number > 1 and (event["kind"] not in (NEW_KEY, UPGRADED) or _is_worse(signed_by, by)):
        return "it is signed with another key than the one before"
    if by in known and not hmac.compare_digest(known[by].sign(event["hash"]), event["mac"]):
        return "its signature is wrong"
    return ""


def _is_worse(before: str, now: str) -> bool:
    """A log that was signed stays signed; one that the operator signs stays the operator's."""
    return not now or (before.startswith(f"{OPERATOR}:") and not now.startswith(f"{OPERATOR}:"))


def unproven(connection: Connection) -> dict[str, int]:
    """How many events were signed with each key that is not here: their signatures could not be checked."""
    ring: Keyring = connection.get_execution_options()["keyring"]
    query = select(events.c.signed_by, func.count()).where(events.c.signed_by != "").group_by(events.c.signed_by)
    known = ring.known(connection)
    return {str(name): int(number) for name, number in connection.execute(query) if name not in known}


def newest(connection: Connection) -> int:
    """The number of the newest event; 0 before the first."""
    return int((_LAST(connection).fetchone() or (0,))[0])


def by_operator(connection: Connection) -> bool:
    """Whether the newest event is signed with a key that the operator keeps."""
    signed_by = (_LAST(connection).fetchone() or (0, "", ""))[2]
    return str(signed_by).startswith(f"{OPERATOR}:")


def count(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(select(func.count()).select_from(events)).scalar_one())


def every(connection: Connection) -> Iterator[dict[str, Any]]:
    """All events, oldest first."""
    return _unpacked(connection, select(events))


def page(
    connection: Connection, campaigns: Sequence[int] | None, *, since: str = "", kind: str = "", before: int = 0,
    limit: int = 100,
) -> list[dict[str, Any]]:  # fmt: skip
    """Events, the newest first: of some campaigns (None: all), since a time, of kinds with these words, before a
    number."""
    query = select(events)
    for there, test in (
        (campaigns is not None, events.c.campaign.in_(campaigns or ())), (bool(since), events.c.at >= since),
        (bool(kind), events.c.kind.contains(kind, autoescape=True)), (before > 0, events.c.id < before),
    ):  # fmt: skip
        query = query.where(test) if there else query
    rows = connection.execute(query.order_by(events.c.id.desc()).limit(limit)).mappings()
    return [{**row, "data": orjson.loads(row["data"]), "actor": actors.unpacked(row["actor"])} for row in rows]


def milestones(connection: Connection, campaign_key: int) -> Iterator[dict[str, Any]]:
    """The events of a campaign but for `DETAILS`."""
    return _unpacked(
        connection, select(events).where(events.c.campaign == campaign_key, events.c.kind.not_in(DETAILS))
    )


def of_kinds(connection: Connection, campaign_key: int, *kinds: str) -> Iterator[dict[str, Any]]:
    """The events of some kinds of a campaign, oldest first."""
    return _unpacked(connection, select(events).where(events.c.campaign == campaign_key, events.c.kind.in_(kinds)))


def of_campaigns(connection: Connection, keys: Collection[int], *kinds: str) -> Iterator[dict[str, Any]]:
    """The events of some kinds of several campaigns, oldest first."""
    return _unpacked(connection, select(events).where(events.c.campaign.in_(keys), events.c.kind.in_(kinds)))


def naming(connection: Connection, campaign_key: int, kind: str, word: str) -> Iterator[dict[str, Any]]:
    """The events of a kind in whose data a word stands, oldest first: of thousands few are unpacked."""
    where = (events.c.campaign == campaign_key, events.c.kind == kind, events.c.data.contains(word, autoescape=True))
    return _unpacked(connection, select(events).where(*where))


def newest_of(connection: Connection, campaign_key: int, kind: str) -> dict[str, Any] | None:
    """The newest event of a kind; None without one."""
    query = select(events).where(events.c.campaign == campaign_key, events.c.kind == kind)
    row = connection.execute(query.order_by(events.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else {**row, "data": orjson.loads(row["data"])}


def _unpacked(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    rows = connection.execute(query.order_by(events.c.id)).mappings()
    return (
        {**{str(key): value for key, value in row.items()}, "data": orjson.loads(row["data"]),
         "actor": actors.unpacked(row["actor"])}
        for row in rows
    )  # fmt: skip


def _hash(values: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
