"""Where does the ledger live, and how is it opened, written and locked?  SQLite by default, PostgreSQL by URL.

Every broken-world error of the database leaves here as a StateError that says what to do; a ledger that cannot be
read is never replaced by a new one.
"""

from __future__ import annotations

import copy
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from campaign_runner.ledger import actors, holders, migrations, newest_heads, schema, upgrades
from campaign_runner.ledger.database_errors import translated
from campaign_runner.ledger.keys import Keyring
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import CampaignHeld, StateError

FILE = "ledger.sqlite"
# Statements are the same for every ledger: each is compiled once in a process.
_COMPILED: dict[Any, Any] = {}
BUSY_SECONDS = 30
MAKING = 7_226_446_200  # the lock under which tables are made


class Ledger:
    """An open ledger: `read()` and `write()` give a connection inside a transaction."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        # SQLite lets one writer in and has the others sleep and ask again: threads of ours queue instead.
        self._writing = threading.RLock() if engine.dialect.name == "sqlite" else nullcontext()
        self.notes = newest_heads.Notes(folder)
        self.is_older = False  # than what was noted beside it: then that note stays, whatever is written here
        self._held = self._name = ""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with translated(self.engine), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, what: str, *, durable: bool = False) -> Iterator[Connection]:
        """One transaction, named after `what` it does; `durable` returns only when it would survive a power cut (the
        write before a send), and the head of the chain is noted beside the ledger."""
        options = {"write": True, "durable": durable}
        head: newest_heads.NewestHead | None = None
        with (
            self._writing,
            translated(self.engine),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection
            if durable and self._held and not self.is_older:
                self._name = self._name or newest_heads.ledger_name(connection)
                head = newest_heads.newest(connection, self._name)
        if head:
            self.notes.write(self._held, head)

    @contextmanager
    def hold(self, campaign_id: str) -> Iterator[None]:
        """Hold a campaign for this process; raises CampaignHeld where another has it. Dies with the process."""
        lock = self._hold_in_database if self.engine.dialect.name == "postgresql" else self._hold_in_folder
        with lock(campaign_id):
            self._held = campaign_id
            try:
                yield
            finally:
                self._held = ""

    def noted_before(self, campaign_id: str) -> str:
        """The name of the ledger in which an older program ran a campaign, "" if none did: it noted no more."""
        path = self._lock_file(campaign_id)
        return path.read_text("utf-8").strip() if path.exists() else ""

    def acting_as(self, actor: Actor) -> Ledger:
        """The same ledger, on which somebody else acts."""
        other = copy.copy(self)
        other.engine = self.engine.execution_options(actor=actors.packed(actor))
        return other

    def close_connections(self) -> None:
        """Let go of all connections, until the next transaction: a process that is forked now has none of them."""
        self.engine.dispose()

    def compact(self) -> None:
        """Write the SQLite file anew, without what was deleted in it."""
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()

    def _lock_file(self, campaign_id: str) -> Path:
        folder = self.folder / "locks"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{campaign_id}.lock"

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    @contextmanager
    def _hold_in_folder(self, campaign_id: str) -> Iterator[None]:
        descriptor = os.open(self._lock_file(campaign_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        holder = self._lock_file(campaign_id).with_suffix(".holder")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise _held(campaign_id, holders.read(holder)) from None
        holders.write(holder)
        _HOLDING.add(descriptor)
        try:
            yield
        finally:
            _HOLDING.discard(descriptor)
            os.close(descriptor)

    @contextmanager
    def _hold_in_database(self, campaign_id: str) -> Iterator[None]:
        with (
            translated(self.engine),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            key = {"key": f"campaign-runner {campaign_id}"}
            if not connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key).scalar():
                raise _held(campaign_id, holders.in_database(connection, key["key"]))
            try:
                yield
            finally:
                with suppress(DBAPIError):  # where the connection is gone, the lock is gone with it
                    connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)


_HOLDING: set[int] = set()


def _hold_nothing() -> None:
    """A forked process must not go on holding a campaign after this one."""
    while _HOLDING:
        os.close(_HOLDING.pop())


os.register_at_fork(after_in_child=_hold_nothing)


def open_ledger(folder: Path, url: str = "", actor: Actor | None = None) -> Ledger:
    """Open (or create) the ledger of a state folder; raises StateError with what to do.

    `actor` is who acts on it (None: the account of this process). Nothing is written where nothing is missing.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(
            f"{folder}: the state folder cannot be made ({error.strerror}). Choose another with --state."
        ) from None
    path = folder / FILE
    if not url and not path.exists():
        _create(path)
    ledger = connected(folder, url or f"sqlite:///{path}", actor)
    with ledger.read() as connection:
        there = _version(connection, path)
    if there != schema.VERSION:
        _make_or_migrate(ledger, path, there)
    return ledger


def connected(folder: Path, url: str, actor: Actor | None = None, *, tuned: bool = True) -> Ledger:
    """A ledger at an address, as it is; `tuned` for writing."""
    # Personal data must not stand in an error either: hide_parameters.
    known_as = {} if url.startswith("sqlite") else {"application_name": holders.name()}
    made = create_engine(url, pool_size=8, hide_parameters=True, connect_args=known_as)
    engine = made.execution_options(
        compiled_cache=_COMPILED, keyring=Keyring(folder), actor=actors.packed(actor or actors.this_account())
    )
    if engine.dialect.name == "sqlite":
        _tune(engine, writing=tuned)
    return Ledger(engine, folder)


def _make_or_migrate(ledger: Ledger, path: Path, there: int | None) -> None:
    """Make the tables, or take an older ledger to this version, having copied it."""
    if there is not None and ledger.engine.dialect.name == "sqlite":
        upgrades.copied(path, there)
    with ledger.write("make or migrate the ledger") as connection:
        if ledger.engine.dialect.name == "postgresql":  # of two machines that begin at once, one makes the tables
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
        found = _version(connection, path)
        if found is not None and found < schema.VERSION:
            _nobody_at_work(ledger, connection)
        migrations.migrate(connection, found)


def insert_many(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]],
    same: Mapping[str, int | str] | None = None,
) -> None:  # fmt: skip
    """A bulk insert of tuples: SQLite's driver takes them as they are, others get named values.

    `same` are columns with one value in all rows: numbers or empty texts, which SQLite need not be told row by row.
    """
    same = same or {}
    if connection.dialect.paramstyle == "qmark":
        marks = ", ".join([*"?" * len(names), *(str(int(value)) if value != "" else "''" for value in same.values())])
        columns = ", ".join((*names, *same))
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 (our own names)
        values = list(rows)
        if values:
            connection.exec_driver_sql(statement, values)
        return
    dicts = [{**dict(zip(names, row, strict=True)), **same} for row in rows]
    if dicts:
        connection.execute(insert(table), dicts)


def fetched(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows of a query for numbers, text and bytes, as the driver gives them: half the time for a million rows."""
    cursor = connection.execute(query).cursor
    return list(cursor.fetchall()) if cursor else []


def in_pieces(connection: Connection, query: Select[Any], rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """The same, so many rows at a time; none but these is in memory."""
    if connection.dialect.name != "sqlite":  # where a driver must be told to stream, rows are read ahead
        for some in connection.execution_options(yield_per=rows).execute(query).partitions():
            yield [tuple(row) for row in some]
        return
    cursor = connection.execute(query).cursor
    while some := cursor.fetchmany(rows) if cursor else ():
        yield list(some)


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return  # another process was faster
    except OSError as error:
        raise StateError(f"{path}: the ledger cannot be made ({error.strerror}). Choose another --state.") from None


def _tune(engine: Engine, *, writing: bool = True) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        for pragma in (*(("journal_mode = WAL", "foreign_keys = ON") if writing else ()),
                       f"busy_timeout = {BUSY_SECONDS * 1000}", "cache_size = -16384", "temp_store = MEMORY"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        safety = "FULL" if options.get("durable") else "NORMAL"
        driver: Any = connection.connection.driver_connection  # every transaction passes here: the shortest way
        try:
            if options.get("write") and connection.info.get("synchronous") != safety:
                driver.execute(f"PRAGMA synchronous = {safety}")
                connection.info["synchronous"] = safety
            driver.execute("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")
        except sqlite3.Error as error:
            raise DBAPIError("BEGIN", None, error) from error


def _version(connection: Connection, path: Path) -> int | None:
    if not inspect(connection).has_table("meta"):
        return None
    found = connection.execute(select(schema.meta.c.version)).scalar_one()
    if found > schema.VERSION:
        raise StateError(
            f"{path}: this ledger was written by a newer campaign-runner (ledger version {found}, this program knows "
            f"{schema.VERSION}). Install that version; nothing was changed."
        )
    return int(found)


def _nobody_at_work(ledger: Ledger, connection: Connection) -> None:
    """Before an older ledger is changed: a run of the older program would go on writing as it knows it."""
    for name in connection.execute(text("SELECT environment || '-' || campaign_id FROM campaigns")).scalars():
        with ledger.hold(name):
            pass


def _held(name: str, holder: str) -> CampaignHeld:
    """`name` is the environment, a hyphen and the campaign's id."""
    environment, _, campaign_id = name.partition("-")
    return CampaignHeld(
        f"Another run holds the campaign {campaign_id} ({environment}){holder}. Wait until it has ended (see "
        f"`campaign-runner status {campaign_id}`), then run again. Nothing was sent by this one."
    )
