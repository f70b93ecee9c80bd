"""How does a ledger get its tables, or an older one become one of this version?  In numbered steps."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ClauseElement, Connection, Dialect, Table, inspect, select, text
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from campaign_runner.ledger import (
    coordination_tables,  # noqa: F401 (its tables are among those of `schema.metadata`)
    decision_tables,  # noqa: F401 (likewise)
    order_sums,
    outbox_tables,  # noqa: F401 (likewise)
    people_tables,  # noqa: F401 (likewise)
    schema,
    submission_tables,  # noqa: F401 (likewise)
)
from campaign_runner.model.errors import StateError

SIGNED_FROM = 3
_STATEMENTS: dict[str, tuple[str, ...]] = {}


def migrate(connection: Connection, from_version: int | None) -> None:
    """Create all tables, or take an older ledger step by step to `schema.VERSION`; all in one transaction."""
    if from_version is None:
        for statement in _statements(connection.dialect):
            connection.exec_driver_sql(statement)
        connection.execute(schema.meta.insert().values(version=schema.VERSION, secret=secrets.token_bytes(32)))
        return
    for version in range(from_version, schema.VERSION):
        MIGRATIONS[version](connection)
    if from_version < schema.VERSION:
        connection.execute(schema.meta.update().values(version=schema.VERSION))
    if from_version < SIGNED_FROM:
        _write_all_into_the_log(connection, from_version)


def _statements(dialect: Dialect) -> tuple[str, ...]:
    """What makes all tables and indexes; put together once in a process for each kind of database."""
    if dialect.name not in _STATEMENTS:
        tables = schema.metadata.sorted_tables
        indexes = [index for table in tables for index in sorted(table.indexes, key=lambda each: str(each.name))]
        steps: list[ClauseElement] = [*map(CreateTable, tables), *map(CreateIndex, [*indexes, *schema.line_indexes])]
        _STATEMENTS[dialect.name] = tuple(str(step.compile(dialect=dialect)) for step in steps)
    return _STATEMENTS[dialect.name]


def _write_all_into_the_log(connection: Connection, before: int) -> None:
    """Events were neither signed nor did they say what orders, files and requests are: from here on they do."""
    from campaign_runner.ledger import digests, events, requests

    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    chain = {"events": events.count(connection), "head": events.head(connection)}
    events.append(connection, 0, at, events.UPGRADED, **{"from": before, "to": schema.VERSION}, **chain)
    digests.write_orders(connection, at, connection.execute(select(schema.batches.c.id)).scalars())
    for upload in connection.execute(select(schema.uploads.c.id).order_by(schema.uploads.c.id)).scalars().all():
        digests.write_file(connection, at, upload)
    requests.write(connection, at)


def _with_tallies(connection: Connection) -> None:
    """Version 2 keeps the sums of each order; an older ledger adds up its lines this once."""
    schema.tallies.create(connection, checkfirst=True)
    order_sums.renew_all(connection)


def _version_3(connection: Connection) -> None:
    """Version 3 tells references apart by campaign, and keeps more of a line: its key, its origin, when it failed."""
    _references_by_campaign(connection)
    _complete(connection)
    connection.execute(text("UPDATE line_items SET origin = identity WHERE origin IS NULL"))
    how = "CASE WHEN tango_reference = '' THEN 'refused' ELSE 'shown' END"
    failed = f"UPDATE line_items SET failed_at = updated_at, failed_by = {how} WHERE status = 'failed'"  # noqa: S608 (ours)
    connection.execute(text(failed))
    # What an older program followed was accepted, by an answer or by a look-up: what is not shown any more is unknown.
    never = "status IN ('failed', 'unknown') AND tango_reference = ''"
    others = f"(SELECT count(*) FROM line_items WHERE line_items.batch = batches.id AND {never})"  # noqa: S608 (ours)
    taken = f"UPDATE batches SET accepted = lines - {others} WHERE state IN ('accepted', 'final')"  # noqa: S608 (ours)
    connection.execute(text(taken))
    order_sums.renew_all(connection)  # lines without a stated charge count as odd since then


def _references_by_campaign(connection: Connection) -> None:
    """References were unique in the whole ledger: a rehearsal left none for the real campaign."""
    if connection.dialect.name == "postgresql":
        for name in inspect(connection).get_unique_constraints("batches"):
            connection.execute(text(f'ALTER TABLE batches DROP CONSTRAINT "{name["name"]}"'))
        connection.execute(text("ALTER TABLE batches ADD UNIQUE (campaign, reference)"))
    else:
        _rebuild(connection, schema.batches)
    for index in schema.line_indexes:
        if index.name == "line_items_reference":
            index.drop(connection, checkfirst=True)


def _rebuild(connection: Connection, table: Table) -> None:
    """SQLite cannot take a constraint away: the table is made again and its rows are copied."""
    names = ", ".join(column["name"] for column in inspect(connection).get_columns(table.name))
    for index in table.indexes:
        index.drop(connection, checkfirst=True)
    connection.execute(text(f"ALTER TABLE {table.name} RENAME TO older_{table.name}"))
    table.create(connection)
    copy = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM older_{table.name}"  # noqa: S608 (our own names)
    connection.execute(text(copy))
    connection.execute(text(f"DROP TABLE older_{table.name}"))


def _complete(connection: Connection) -> None:
    """Whatever the schema has and the ledger lacks: tables, columns, indexes. New columns may be NULL or have a
    `server_default`."""
    schema.metadata.create_all(connection)
    for table in schema.metadata.tables.values():
        columns = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in (column for column in table.columns if column.name not in columns):
            definition = CreateColumn(column).compile(connection)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {definition}"))
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    for index in schema.line_indexes:
        index.create(connection, checkfirst=True)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _with_tallies, 2: _version_3}

# What a command has to say of it, once.
NOTICES: list[str] = []


def copied(ledger: Path, version: int) -> Path:
    """A copy of a SQLite ledger beside it, named after its version and the time; whole, even if others write meanwhile."""
    copy = ledger.with_name(f"{ledger.stem}-version-{version}-{datetime.now(UTC):%Y%m%dT%H%M%S}.sqlite")
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except FileExistsError:
        return copy  # another process was faster
    except (OSError, sqlite3.Error) as error:
        copy.unlink(missing_ok=True)
        raise StateError(
            f"{copy}: the copy that is made before a ledger is upgraded cannot be written ({error}). Free some space, "
            "or make the folder writable, then run again. Nothing was changed."
        ) from None
    NOTICES.append(
        f"The ledger was upgraded from version {version}. A copy as it was before: {copy}. It holds personal data: "
        "delete it once you are sure."
    )
    return copy
