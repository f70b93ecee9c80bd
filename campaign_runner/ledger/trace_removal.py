"""What else is erased of a recipient, besides files and orders?  Every text in which they stand; what may not change
stays. And where do they stand?

Where a value is compared with the log of events, or is the account of somebody who acted, it stays, and is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Connection, String, Table, and_, delete, select, update

from campaign_runner.ledger import digests, outbox_tables, people_tables, stored_reports, submission_checks
from campaign_runner.ledger.bulk import in_pieces
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import attempts, batches, metadata
from campaign_runner.ledger.submission_tables import report_files
from campaign_runner.model.contact import Contact

# Of what a check found, counts and sums stay.
IMPERSONAL = ("rows", "amounts", "approval", "exit_code", "ties_out")
# The log itself, what is compared with it, and accounts of people who work with the program.
STAYS = frozenset({
    ("events", "data"), ("events", "actor"), ("releases", "reason"), ("releases", "actor"), ("approvals", "reason"),
    ("approvals", "name"), ("plans_shown", "submitter"), ("submissions", "actor"), ("corrections", "actor"),
    ("sendings", "actor"), ("campaigns", "halted_by"), ("campaigns", "settings"), ("claims", "holder"),
    ("claims", "process"), ("tokens", "name"), ("users", "email"), ("users", "name"), ("users", "subject"),
    ("deliveries", "person"), ("person_requests", "actor"),
})  # fmt: skip
# Dealt with order by order and file by file, as long as they are not open.
_ELSEWHERE = frozenset(
    {
        "batches",
        "line_items",
        "upload_parts",
        "submission_parts",
        "trial_rewards",
        "person_requests",
        "recipient_texts",
    }
)


def remove(connection: Connection, where: Iterable[Trace], contact: Contact, at: str) -> None:
    """Take the recipient out of every text, and out of the stored reports."""
    files: set[int] = set()
    requests: set[int] = set()
    for trace in where:
        if trace.table in _ELSEWHERE or (trace.table, trace.column) in STAYS:
            continue
        if special := _SPECIAL.get(trace.table):
            special(connection, trace)
            continue
        _set(connection, trace, "" if trace.table == "attempts" else contact.without(trace.text))
        if trace.table in ("uploads", "entries"):
            files.add(trace.key[0])
        if trace.table == "attempts":
            requests.add(trace.key[0])
    for upload in sorted(files):
        digests.write_file(connection, at, upload)
    digests.write_orders(connection, at, _orders(connection, requests), erased=True)


def _orders(connection: Connection, requests: Collection[int]) -> list[int]:
    theirs = and_(batches.c.campaign == attempts.c.campaign, batches.c.reference == attempts.c.reference)
    query = select(batches.c.id).join(attempts, theirs).where(attempts.c.id.in_(requests)).distinct()
    return list(connection.execute(query).scalars())


def impersonal(result: str) -> str:
    """What stays of the result of a check."""
    kept = {name: value for name, value in orjson.loads(result).items() if name in IMPERSONAL}
    return orjson.dumps(kept).decode()


def _row(trace: Trace) -> Any:
    table = metadata.tables[trace.table]
    return and_(*(column == value for column, value in zip(table.primary_key.columns, trace.key, strict=True)))


def _set(connection: Connection, trace: Trace, text: str) -> None:
    table = metadata.tables[trace.table]
    connection.execute(update(table).where(_row(trace)).values({trace.column: text}))


def _delete(connection: Connection, trace: Trace) -> None:
    connection.execute(delete(metadata.tables[trace.table]).where(_row(trace)))


def _result(connection: Connection, trace: Trace) -> None:
    _set(connection, trace, impersonal(trace.text))


def _lists(connection: Connection, trace: Trace) -> None:
    """Lists of rows go; the counts stay."""
    submission_checks.forget(connection, [trace.key[0]])


def _report(connection: Connection, trace: Trace) -> None:
    """A report can be written again."""
    stored_reports.forget(connection, report_files.c.id == trace.key[0])


_SPECIAL: Mapping[str, Callable[[Connection, Trace], None]] = {
    "check_parts": _lists, "checks": _result, "report_parts": _report, "held_shown": _delete, "idempotency": _delete,
}  # fmt: skip

# Packed files: the column whose parts make one (a word may stand where two parts meet), and how they are unpacked.
FILES: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "batches": ("id", unpack), "upload_parts": ("upload", unpack), "submission_parts": ("submission", unpack),
    "report_parts": ("file", unpack), "check_parts": ("submission", submission_checks.unpacked),
    "trial_rewards": ("reference", unpack), "person_requests": ("id", unpack),
    "recipient_texts": ("upload", unpack),
}  # fmt: skip
TABLES = (outbox_tables.deliveries, people_tables.users)
# Shorter columns hold times, statuses and currencies.
_SHORTEST = 41
_AT_ONCE = 5_000


class Trace(NamedTuple):
    """A value in which the recipient stands: `key` names the row; `text` is "" for a packed file."""

    table: str
    column: str
    key: tuple[Any, ...]
    text: str = ""


def traces(connection: Connection, contact: Contact) -> Iterator[Trace]:
    """Every place of the ledger that holds this recipient."""
    yield from texts(connection, contact)
    for name in FILES:
        yield from _files(connection, metadata.tables[name], contact)


def texts(connection: Connection, contact: Contact) -> Iterator[Trace]:
    """Those that are no packed files."""
    for table in metadata.sorted_tables:
        yield from _texts(connection, table, contact)


def packed_file(connection: Connection, name: str, key: Any) -> bytes:
    """The bytes of a packed file."""
    return _whole(connection, metadata.tables[name], key)


def _texts(connection: Connection, table: Table, contact: Contact) -> Iterator[Trace]:
    key, columns = list(table.primary_key.columns), [column for column in table.columns if _is_free(column)]
    cut = len(key)
    for rows in in_pieces(connection, select(*key, *columns), _AT_ONCE) if columns else ():
        # Nearly always nobody is there: one look at many rows.
        if not contact.is_in("\n".join(text for row in rows for text in row[cut:] if text)):
            continue
        for row in rows:
            for column, text in zip(columns, row[cut:], strict=True):
                if text and contact.is_in(text):
                    yield Trace(table.name, column.name, tuple(row[:cut]), text)


def _files(connection: Connection, table: Table, contact: Contact) -> Iterator[Trace]:
    packed, owner = _packed(table), table.c[FILES[table.name][0]]
    for key in (
        connection.execute(select(owner).where(packed.is_not(None)).distinct().order_by(owner)).scalars().all()
    ):
        if contact.is_in_bytes(_whole(connection, table, key)):
            yield Trace(table.name, packed.name, (key,))


def _whole(connection: Connection, table: Table, key: Any) -> bytes:
    owner, unpacked = FILES[table.name]
    order = [column for column in table.primary_key.columns if column.name != owner]
    query = select(_packed(table)).where(table.c[owner] == key).order_by(*order)
    return b"".join(unpacked(bytes(part)) for part in connection.execute(query).scalars())


def _packed(table: Table) -> Column[Any]:
    return table.c["body" if "body" in table.c else "bytes"]


def _is_free(column: Column[Any]) -> bool:
    """Whether anything may stand there."""
    return isinstance(column.type, String) and (column.type.length or _SHORTEST) >= _SHORTEST
