"""Is every request still what was written down?  Each is signed as it is made, and counted by an event afterwards.

An event for every request would make the log twice as long. A request without an event yet (its run was killed) is known
by its signature alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from campaign_runner.ledger import events
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.digests import REQUEST, REQUESTS, digest, fetch_requests
from campaign_runner.ledger.keys import Key, Keyring
from campaign_runner.ledger.schema import attempts
from campaign_runner.ledger.store import Ledger
from campaign_runner.model import Receipt


def seal(connection: Connection, values: Mapping[str, Any]) -> str:
    """The signatures of a request and of its message."""
    ring: Keyring = connection.get_execution_options()["keyring"]
    return _sealed(ring.signing(connection), [values[name] for name in REQUEST], values["message"])


def write(connection: Connection, at: str) -> None:
    """Say in an event which requests were made since the last event of its kind; nothing where there were none."""
    events.alone(connection)
    before = events.newest_of(connection, 0, REQUESTS)
    first = 1 + (before["data"]["last"] if before else 0)
    rows = fetch_requests(connection, first)
    if rows:
        events.append(connection, 0, at, REQUESTS, first=first, last=rows[-1][0], count=len(rows),
                      digest=digest(row[: len(REQUEST)] for row in rows))  # fmt: skip


def differences(
    connection: Connection, covered: Sequence[Mapping[str, Any]], erased: Collection[tuple[int, str]]
) -> Iterator[str]:
    """What of the log of requests is not as it was written; `covered` are the data of the events about them, `erased`
    the orders (campaign, reference) whose messages were erased."""
    ring: Keyring = connection.get_execution_options()["keyring"]
    keys = list(ring.known(connection).values())
    rows = fetch_requests(connection, 0)
    by_number = {row[0]: row for row in rows}
    last = 0
    for data in covered:
        group = [by_number[n] for n in range(data["first"], data["last"] + 1) if n in by_number]
        if len(group) != data["count"] or digest(row[: len(REQUEST)] for row in group) != data["digest"]:
            yield f"{_numbers(data)}: {_why(group, data, keys)}"
        last = data["last"]
    tail = [row for row in rows if row[0] > last]
    for expected, row in enumerate(tail, last + 1):
        if row[0] != expected:
            yield f"request {expected} is missing"
            break
    for row in rows:
        *request, message, signed = row
        if signed and keys and (why := _misfit(keys, request, message, signed, erased)):
            yield f"request {row[0]} ({row[3]}): {why}"
        elif not signed and row[0] > last:
            yield f"request {row[0]} ({row[3]}) is not signed: it was added by hand"


def _numbers(data: Mapping[str, Any]) -> str:
    return f"requests {data['first']} to {data['last']}"


def _why(group: Sequence[Sequence[Any]], data: Mapping[str, Any], keys: Sequence[Key]) -> str:
    if len(group) != data["count"]:
        return f"{data['count']} were made, {len(group)} are here"
    wrong = [row[0] for row in group if row[-1] and keys and _misfit(keys, row[:-2], row[-2], row[-1], ())]
    return f"number {wrong[0]} was changed" if wrong else "they were changed"


def _misfit(
    keys: Sequence[Key], request: Sequence[Any], message: str, signed: str, erased: Collection[tuple[int, str]]
) -> str:
    half = len(signed) // 2
    for key in keys:
        mine = _sealed(key, request, message)
        if hmac.compare_digest(mine[:half], signed[:half]):
            blank = message == "" and (request[1], request[2]) in erased
            same = hmac.compare_digest(mine[half:], signed[half:])
            return "" if same or blank else "its message was changed"
    return "it was changed, or added by hand"


def _sealed(key: Key, request: Sequence[Any], message: str) -> str:
    return key.sign(orjson.dumps(list(request)).decode())[:32] + key.sign(f"message {request[0]} {message}")[:32]


_ATTEMPT = Prepared(attempts.insert(), [column.name for column in attempts.c])

_LAST_ATTEMPT = Prepared(select(func.max(attempts.c.id)))


def record_attempt(
    ledger: Ledger, campaign_key: int, reference: str, at: str, method: str, receipt: Receipt, seconds: float
) -> None:
    """One request, with its outcome and request id; no secrets, no personal data. It is recorded even if another
    process holds the campaign now."""
    values = {"campaign": campaign_key, "reference": reference[:100], "at": at, "method": method,
              "outcome": receipt.outcome, "http_status": receipt.http_status, "code": receipt.code[:20],
              "message": receipt.message, "request_id": receipt.request_id[:100], "seconds": seconds}  # fmt: skip
    with ledger.write("note a request", fenced=False) as connection:
        events.alone(connection)
        number = 1 + (_LAST_ATTEMPT(connection).fetchone()[0] or 0)
        _ATTEMPT(connection, {**values, "id": number, "seal": seal(connection, {**values, "id": number})})


def last_attempt(connection: Connection) -> int:
    """The number of the newest request: no answer came since, where it is the same."""
    return int(connection.execute(select(func.coalesce(func.max(attempts.c.id), 0))).scalar_one())


def first_look(ledger: Ledger, batch: StoredBatch) -> str:
    """When an order was looked up first since it was sent last; "" where it was not."""
    mine = (attempts.c.campaign == batch.campaign, attempts.c.reference == batch.reference)
    sent = (
        select(func.coalesce(func.max(attempts.c.id), 0)).where(*mine, attempts.c.method == "POST").scalar_subquery()
    )
    with ledger.read() as connection:
        return str(
            connection.execute(select(func.min(attempts.c.at)).where(*mine, attempts.c.id > sent)).scalar() or ""
        )


def silent_since(connection: Connection) -> str:
    """When the newest request was made, where no answer came to it; "" where one came, or none was made."""
    newest = select(attempts.c.at, attempts.c.http_status).order_by(attempts.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return str(row.at) if row and (not row.http_status or row.http_status >= 500) else ""
