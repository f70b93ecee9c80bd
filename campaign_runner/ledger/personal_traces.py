"""Where in the ledger does a recipient stand?  Every text and every packed file of every table, no matter who added it.

What an export lists is what an erasure has to leave nothing of: both ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, String, Table, select

from campaign_runner.ledger import check_parts, outbox_tables, people_tables  # all tables are known then
from campaign_runner.ledger.bulk import in_pieces
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import metadata
from campaign_runner.model.contact import Contact

# Packed files: the column whose parts make one (a word may stand where two parts meet), and how they are unpacked.
FILES: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "batches": ("id", unpack), "upload_parts": ("upload", unpack), "submission_parts": ("submission", unpack),
    "report_parts": ("file", unpack), "check_parts": ("submission", check_parts.unpacked),
    "trial_rewards": ("reference", unpack),
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
