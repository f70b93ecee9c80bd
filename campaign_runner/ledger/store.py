"""How is the ledger read, written and held for one campaign?  SQLite by default, PostgreSQL by URL.

Every broken-world error of the database leaves here as a StateError that says what to do.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from campaign_runner.ledger import actors, claims, holders, newest_heads
from campaign_runner.ledger.database_errors import OPENED, translated
from campaign_runner.ledger.keys import Keyring
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import StateError


class _Compiled(dict[Any, Any]):
    """Statements by their keys, of which the first part is an engine's own dialect: those of a kind compile alike. By the
    object, each opening of a ledger would compile all of them again, and keep them for good."""

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for any engine of this kind."""
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_kind(key), value)


def _of_kind(key: Any) -> Any:
    dialect, *rest = key
    return (dialect.name, dialect.driver, *rest)


# Statements are the same for every ledger: each is compiled once in a process.
_COMPILED = _Compiled()

CACHE_MB = 16
BUSY_SECONDS = 30

# So long after the last word of a database that is away, nobody waits for it.
UNREACHABLE_SECONDS = 10

# A claim is renewed so often during a lease; and how long that may wait for others that write.
RENEWALS = 3

RENEWAL_SECONDS = 1.0


class _NoTurns:
    """Of a database that lets everybody write at once."""

    def acquire(self, timeout: float = -1) -> bool:
        """At once."""
        return True

    def release(self) -> None:
        """Nothing was taken."""

    def __enter__(self) -> None:
        """Nobody waits."""

    def __exit__(self, *_: object) -> None:
        """Nobody waited."""


class Ledger:
    """An open ledger: `read()` and `write()` give a connection inside a transaction."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        # SQLite lets one writer in and has the others sleep and ask again: threads of ours queue instead.
        self._writing: Any = threading.RLock() if engine.dialect.name == "sqlite" else _NoTurns()
        self.notes = newest_heads.Notes(folder)
        self.is_older = False  # than what was noted beside it: then that note stays, whatever is written here
        self._held = self._name = ""
        self.claim: claims.Claim | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with translated(self.engine), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(
        self, what: str, *, durable: bool = False, fenced: bool = True, noting: str = "", silent_seconds: float = 0,
    ) -> Iterator[Connection]:  # fmt: skip
        """One transaction, named after `what` it does; `durable` returns only when it would survive a power cut (the
        write before a send), and the head of the chain is noted beside the ledger, for the campaign that is held or the one
        that is named by `noting`.

        While a campaign is held, its claim is checked in each of them, unless it is not `fenced`: raises ClaimLost.
        `silent_seconds`: how long it may work on something else meanwhile (`claims.Claim.check`).
        """
        options = {"write": True, "durable": durable}
        head: newest_heads.NewestHead | None = None
        named = noting or self._held
        claim, began = self.claim if fenced else None, time.monotonic()
        with (
            self._writing,
            translated(self.engine),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if claim:
                claim.check(connection, silent_seconds)
            yield connection
            if durable and named and not self.is_older:
                self._name = self._name or newest_heads.ledger_name(connection)
                head = newest_heads.newest(connection, self._name)
            if claim and self.engine.dialect.name == "sqlite" and time.monotonic() - began > RENEWAL_SECONDS:
                claim.keep_within(connection)  # nobody could renew it meanwhile
        if head:
            self.notes.write(named, head)

    @contextmanager
    def beside(self, busy: float | None = None) -> Iterator[Connection]:
        """A short transaction for claims. `busy` is how many seconds that of another thread may wait for others that
        write; it leaves no connection to a server behind, which a process that is forked then would share."""
        is_file = self.engine.dialect.name == "sqlite"
        with self.engine.connect().execution_options(write=True) as connection:
            driver: Any = connection.connection.driver_connection
            if busy is not None and is_file:
                driver.execute(f"PRAGMA busy_timeout = {int(busy * 1000)}")
            try:
                with connection.begin():
                    yield connection
            finally:
                if busy is not None and is_file:
                    driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
                elif busy is not None:
                    connection.invalidate()

    @contextmanager
    def hold(self, campaign_id: str, *, lease: float | None = None, patience: float | None = None) -> Iterator[None]:
        """Hold a campaign for this process, as long as this lasts (`claims`); raises CampaignHeld where another has it.

        A thread renews the lease. Every `write` meanwhile checks the claim, and `require_claim` asks for it.
        """
        claim = claims.claim(self, campaign_id, lease=lease or claims.LEASE, patience=patience)
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(claim, ended), daemon=True)
        keeper.start()
        self.claim, self._held = claim, campaign_id
        try:
            yield
        finally:
            self.claim, self._held = None, ""
            ended.set()
            keeper.join(claim.lease / RENEWALS)
            claim.release()

    @property
    def holds(self) -> bool:
        """Whether a campaign is held."""
        return self.claim is not None

    def require_claim(self) -> None:
        """Right before bytes leave: raises ClaimLost where a campaign was held, and may be somebody else's now."""
        if claim := self.claim:
            claim.require()

    def _keep(self, claim: claims.Claim, ended: threading.Event) -> None:
        """Renew a claim until the end, or until it is lost; a database that is away is asked again."""
        wait = claim.lease / RENEWALS
        while not ended.wait(wait):
            wait = claim.lease / RENEWALS
            if not self._writing.acquire(timeout=RENEWAL_SECONDS):  # `write` renews it itself
                continue
            try:
                if not claim.keep():
                    return
            except (StateError, DBAPIError):
                wait = min(wait, RENEWAL_SECONDS / 2)
            finally:
                self._writing.release()

    def noted_before(self, campaign_id: str) -> str:
        """The name of the ledger in which an older program ran a campaign, "" if none did: it noted no more."""
        return holders.noted(self.folder, campaign_id)

    def acting_as(self, actor: Actor) -> Ledger:
        """The same ledger, on which somebody else acts."""
        other = Ledger(self.engine.execution_options(actor=actors.packed(actor)), self.folder)
        other._writing = self._writing
        return other

    def close_connections(self) -> None:
        """Release all connections, until the next transaction: a process that is forked now has none of them."""
        self.engine.dispose()

    def compact(self, tables: Collection[str] = ()) -> bool:
        """Write the file again, without what was deleted in it; on PostgreSQL these tables. False where others are at work,
        or there is no room: then deleted bytes may still stand in free pages."""
        if self.engine.dialect.name != "sqlite":
            return self._compact_tables(tables)
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
            return not raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error:
            return False
        finally:
            raw.close()

    def _compact_tables(self, tables: Collection[str]) -> bool:
        """Anyone who writes meanwhile waits, and so does this, but not for long."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql(f"SET lock_timeout = '{BUSY_SECONDS}s'")
                for name in tables:
                    connection.exec_driver_sql(f"VACUUM (FULL) {name}")
            except DBAPIError:
                return False
            finally:
                connection.invalidate()  # a session that others would have with this timeout
        return True

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()


def connected(
    folder: Path, url: str, actor: Actor | None = None, *, tuned: bool = True, cache_mb: int = CACHE_MB
) -> Ledger:
    """A ledger at an address, as it is; `tuned` for writing. `cache_mb`: what each connection to a file may keep of it."""
    # Personal data must not stand in an error either: hide_parameters.
    # A server that was away is asked again, and not given up for a connection of before: pre_ping.
    made = create_engine(
        url,
        pool_size=8,
        hide_parameters=True,
        connect_args=_to_server(url),
        pool_pre_ping=not url.startswith("sqlite"),
    )
    engine = made.execution_options(
        compiled_cache=_COMPILED, keyring=Keyring(folder), actor=actors.packed(actor or actors.this_account())
    )
    if engine.dialect.name == "sqlite":
        _tune(engine, writing=tuned, cache_mb=cache_mb)
    OPENED[:] = [engine]
    return Ledger(engine, folder)


def _to_server(url: str) -> dict[str, str | int | None]:
    """How a server is connected to, and when it counts as gone; the address may say otherwise."""
    if url.startswith("sqlite"):
        return {}
    asked: dict[str, str | int | None] = {
        "prepare_threshold": None,  # a pooler gives each transaction another connection, which knows no prepared statement
        "application_name": holders.name(), "connect_timeout": UNREACHABLE_SECONDS, "keepalives_idle": 4,
        "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": UNREACHABLE_SECONDS * 1000,
    }  # fmt: skip
    return {name: value for name, value in asked.items() if name not in make_url(url).query}


def _tune(engine: Engine, *, writing: bool, cache_mb: int) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        for pragma in (*(("journal_mode = WAL", "foreign_keys = ON") if writing else ()), "temp_store = MEMORY",
                       f"busy_timeout = {BUSY_SECONDS * 1000}", f"cache_size = -{cache_mb * 1024}"):  # fmt: skip
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
