"""How is a ledger opened, made, or brought to this version?  One that cannot be read is never replaced."""

from __future__ import annotations

import copyreg
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select, text

from campaign_runner.ledger import holders, migrations, schema
from campaign_runner.ledger.store import FILE, Ledger, connected
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import StateError

MAKING = 7_226_446_200  # the lock under which tables are made


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


def _make_or_migrate(ledger: Ledger, path: Path, there: int | None) -> None:
    """Make the tables, or take an older ledger to this version, having copied it."""
    if there is not None and ledger.engine.dialect.name == "sqlite":
        migrations.copied(path, there)
    with ledger.write("make or migrate the ledger") as connection:
        if ledger.engine.dialect.name == "postgresql":  # of two machines that begin at once, one makes the tables
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
        found = _version(connection, path)
        if found is not None and found < schema.VERSION:
            _nobody_at_work(ledger, connection)
        migrations.migrate(connection, found)


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return  # another process was faster
    except OSError as error:
        raise StateError(f"{path}: the ledger cannot be made ({error.strerror}). Choose another --state.") from None


def _version(connection: Connection, path: Path) -> int | None:
    if not inspect(connection).has_table("meta"):
        return None
    version = connection.execute(select(schema.meta.c.version)).scalar_one()
    if version > schema.VERSION:
        raise StateError(
            f"{path}: this ledger was written by a newer campaign-runner (ledger version {version}, this program knows "
            f"{schema.VERSION}). Install that version; nothing was changed."
        )
    return int(version)


def _nobody_at_work(ledger: Ledger, connection: Connection) -> None:
    """Before an older ledger is changed: a run of the older program would go on writing as it knows it."""
    for name in connection.execute(text("SELECT environment || '-' || campaign_id FROM campaigns")).scalars():
        holders.refuse_held(ledger.folder, connection, name)


def _reopened(folder: Path, url: str) -> Ledger:
    return connected(folder, url, tuned=False)


def _address(ledger: Ledger) -> tuple[Any, ...]:
    return _reopened, (ledger.folder, ledger.engine.url.render_as_string(hide_password=False))


copyreg.pickle(Ledger, _address)
