"""What was written down?  Digests of orders, lines, answers, files and requests, for the log of events to carry.

Anyone who changes lines or orders says in the same transaction, in an event, what they are now; `verification` compares.
A digest is the first half of a SHA-256 over the rows as JSON, one a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, select

from campaign_runner.ledger import events
from campaign_runner.ledger.bulk import fetched
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.schema import attempts, batches, entries, line_items, upload_parts, uploads

WRITTEN, ANSWERED, WITHDRAWN = "orders written", "answers written", "orders withdrawn"
FILE, REQUESTS = "file written", "requests written"
# What a line says from the day it was planned, and what became of it since.
PLANNED = (
    "position", "row", "reference", "identity", "content", "contact", "person", "alias", "origin", "folded_key", "key_text",
    "method", "utid", "quantity", "face_units", "currency", "attempt",
)  # fmt: skip
ANSWER = (
    "superseded", "status", "reason", "tango_reference", "delivery_status", "stated", "stated_currency", "charged",
    "charged_currency", "fee", "shipping_fee", "exchange_rate", "updated_at", "failed_at", "failed_again_at",
    "failed_by", "final_at", "charged_at",
)  # fmt: skip
ORDER = ("reference", "attempt", "lines", "canary", "body")
ENTRY = ("row", "status", "line", "reference", "reason", "remedy", "units", "currency", "rule", "changed_line")
REQUEST = ("id", "campaign", "reference", "at", "method", "outcome", "http_status", "code", "request_id", "seconds")
_UNANSWERED = (False, None, *repeat("", len(ANSWER) - 2))
_LINE_COLUMNS = [line_items.c[name] for name in ("batch", *PLANNED, *ANSWER)]
_ANSWERS = Prepared(
    select(line_items.c.position, *(line_items.c[name] for name in ANSWER))
    .where(line_items.c.batch == bindparam("number"))
    .order_by(line_items.c.position)
)
AT_ONCE = 50


def of_planned(lines: Mapping[str, Sequence[Any]], attempt: int) -> str:
    """The digest of lines that are about to be written down, column by column."""
    many = len(lines["row"])
    here: dict[str, Iterable[Any]] = {"position": range(many), "attempt": repeat(attempt, many), **lines}
    columns = [here.get(name, ()) or repeat(None, many) for name in PLANNED]
    return digest(zip(*columns, strict=True))


def of_order(reference: str, attempt: int, lines: int, canary: bool, body: bytes | None) -> str:
    """The digest of an order: what it is called, how many lines it has, and its bytes as they are kept."""
    packed = sha256(body).hexdigest() if body is not None else None
    return digest([(reference, attempt, lines, bool(canary), packed)])


def of_answers(connection: Connection, batch: int) -> str:
    """The digest of what became of the lines of a batch."""
    return _answers(_ANSWERS(connection, {"number": batch}).fetchall())


def of_entries(rows: Iterable[Sequence[Any]]) -> str:
    """The digest of the rows of a file that brought no line (`ENTRY`), in any order."""
    return digest(sorted(rows, key=itemgetter(0)))


def orders(connection: Connection, numbers: Iterable[int]) -> Iterator[tuple[int, str, list[str]]]:
    """(campaign, reference, [state, order, lines, answers]) of batches, as they stand in the ledger."""
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), AT_ONCE):
        portion = wanted[start : start + AT_ONCE]
        lines = dict(_by_batch(connection, portion))
        query = select(batches.c.id, batches.c.campaign, batches.c.state, *(batches.c[name] for name in ORDER))
        for number, campaign, state, *order in fetched(
            connection, query.where(batches.c.id.in_(portion)).order_by(batches.c.id)
        ):
            yield campaign, order[0], [str(state), of_order(*order), *lines.get(number, (digest(()), ""))]


def write_orders(connection: Connection, at: str, numbers: Iterable[int], **why: Any) -> None:
    """Say in an event what these batches and their lines are now."""
    by_number = sorted(orders(connection, numbers), key=itemgetter(0))
    for campaign, theirs in groupby(by_number, key=itemgetter(0)):
        by_reference = {reference: digests for _, reference, digests in theirs}
        events.append(connection, campaign, at, WRITTEN, orders=by_reference, **why)


def write_file(connection: Connection, at: str, upload: int, rows: str | None = None, **why: Any) -> None:
    """Say in an event what an upload is, and what its rows came to (`rows`: their digest, where it is known)."""
    campaign, *values = fetched(connection, _file_query().where(uploads.c.id == upload))[0]
    entries = of_entries(fetched(connection, _entries_query(upload))) if rows is None else rows
    events.append(connection, campaign, at, FILE, upload=upload, file=digest([tuple(values)]), rows=entries, **why)


def files(connection: Connection) -> Iterator[tuple[int, int, str, str, str, bool]]:
    """(upload, campaign, digest of the file, of its rows, SHA-256 as stated, whether it was erased) of every file."""
    for campaign, *values in fetched(connection, _file_query().order_by(uploads.c.id)):
        number = values[0]
        rows = of_entries(fetched(connection, _entries_query(number)))
        yield number, campaign, digest([tuple(values)]), rows, values[1], bool(values[-1])


def fetch_requests(connection: Connection, first: int) -> list[tuple[Any, ...]]:
    """(`REQUEST`, message, seal) of every request from a number on."""
    columns = (*(attempts.c[name] for name in REQUEST), attempts.c.message, attempts.c.seal)
    return fetched(connection, select(*columns).where(attempts.c.id >= first).order_by(attempts.c.id))


def digest(rows: Iterable[Sequence[Any]]) -> str:
    """Of rows of numbers, texts and bytes."""
    return sha256(b"\n".join([orjson.dumps(row, default=_plain) for row in rows])).hexdigest()[:32]


def parts_of(connection: Connection, upload: int) -> list[bytes]:
    """The stored bytes of a file, packed, in their order."""
    query = select(upload_parts.c.bytes).where(upload_parts.c.upload == upload).order_by(upload_parts.c.part)
    return [bytes(row[0]) for row in fetched(connection, query)]


def _by_batch(connection: Connection, numbers: Sequence[int]) -> Iterator[tuple[int, tuple[str, str]]]:
    """(batch, (digest of its lines, of their answers))."""
    query = select(*_LINE_COLUMNS).where(line_items.c.batch.in_(numbers))
    rows = fetched(connection, query.order_by(line_items.c.batch, line_items.c.position, line_items.c.id))
    cut = 1 + len(PLANNED)
    for number, group in groupby(rows, key=itemgetter(0)):
        lines = list(group)
        answers = _answers([(row[1], *row[cut:]) for row in lines])
        yield number, (digest(row[1:cut] for row in lines), answers)


def _answers(rows: Iterable[Sequence[Any]]) -> str:
    """Of lines of which anything is known; "" where nothing is."""
    answered = [(row[0], bool(row[1]), *row[2:]) for row in rows if tuple(row[1:]) != _UNANSWERED]
    return digest(answered) if answered else ""


def _file_query() -> Select[Any]:
    names = ("id", "sha256", "fingerprint", "name", "sheet", "reading", "plan", "rows", "created_at", "purged_at")
    return select(uploads.c.campaign, *(uploads.c[name] for name in names))


def _entries_query(upload: int) -> Select[Any]:
    return select(*(entries.c[name] for name in ENTRY)).where(entries.c.upload == upload).order_by(entries.c.row)


def _plain(value: Any) -> str:
    return bytes(value).hex()
