"""How is a ledger opened, made, or brought to this version?  One that cannot be read is never replaced. Or looked
into by somebody who may not write there."""

from __future__ import annotations

import copyreg
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, inspect, select, text

from campaign_runner.ledger import holders, migrations, schema
from campaign_runner.ledger.ledger_files import FILE, is_writable
from campaign_runner.ledger.store import CACHE_MB, Ledger, connected
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import StateError

MAKING = 7_226_446_200  # the lock under which tables are made


def open_ledger(folder: Path, url: str = "", actor: Actor | None = None, *, cache_mb: int = CACHE_MB) -> Ledger:
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
    ledger = connected(folder, url or f"sqlite:///{path}", actor, cache_mb=cache_mb)
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
        version = _version(connection, path)
        if version is not None and version < schema.VERSION:
            _nobody_at_work(ledger, connection)
        migrations.migrate(connection, version)


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


@contextmanager
def look_into(folder: Path, url: str = "") -> Iterator[Ledger]:
    """The ledger of a state folder, to be read; raises StateError where there is none or it cannot be read."""
    if url or is_writable(folder):
        with open_ledger(folder, url) as ledger:
            yield ledger
        return
    path = folder / FILE
    if not path.exists():
        raise StateError(f"{folder}: there is no ledger here, and none can be made. Check --state.")
    with tempfile.TemporaryDirectory() as copies, _as_it_lies(path, Path(copies)) as ledger:
        yield ledger


@contextmanager
def _as_it_lies(path: Path, copies: Path) -> Iterator[Ledger]:
    folder = path.parent
    for how in ("mode=ro", *(() if _was_left_open(path) else ("immutable=1",))):
        if (version := _version_of(path, how)) == schema.VERSION:
            address = f"sqlite:///file:{quote(str(path))}?{how}&uri=true"
            with connected(folder, address, tuned=False) as ledger:
                yield ledger
            return
        if version is not None:
            break
    copy = _copied(path, copies)
    if _version_of(copy, "mode=ro") == schema.VERSION:
        with connected(folder, f"sqlite:///{copy}") as ledger:
            yield ledger
        return
    with open_ledger(copies) as ledger:  # an older one: the copy becomes one of this version
        migrations.NOTICES.clear()
        yield ledger


def _was_left_open(path: Path) -> bool:
    """Whether newer pages stand beside the ledger."""
    beside = path.with_name(f"{path.name}-wal")
    return beside.exists() and beside.stat().st_size > 0


def _version_of(path: Path, how: str) -> int | None:
    """The ledger's version, None where it cannot be read so."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as connection:
            return int(connection.execute("SELECT version FROM meta").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return None


def _copied(path: Path, folder: Path) -> Path:
    try:
        for name in (path.name, f"{path.name}-wal"):
            if path.with_name(name).exists():
                shutil.copyfile(path.with_name(name), folder / name)
    except OSError as error:
        raise StateError(f"{path}: cannot be read ({error.strerror}). Ask its owner for permission.") from None
    return folder / path.name


_KNOWN = """
SELECT count(*) FROM campaigns WHERE environment = ? AND campaign_id = ? AND (
    EXISTS (SELECT 1 FROM uploads WHERE uploads.campaign = campaigns.id)
    OR EXISTS (SELECT 1 FROM batches WHERE batches.campaign = campaigns.id))
"""


def knows(folder: Path, environment: str, campaign_id: str) -> bool:
    """Whether anything was planned or sent there; what cannot be read may know it."""
    path = folder / FILE
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        return _count(path, "mode=ro", environment, campaign_id)
    except sqlite3.Error:  # a folder that may not be written to: as it is on the disk
        try:
            return _count(path, "immutable=1", environment, campaign_id)
        except sqlite3.Error:
            return True


def _count(path: Path, how: str, environment: str, campaign_id: str) -> bool:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as connection:
        return bool(connection.execute(_KNOWN, (environment, campaign_id)).fetchone()[0])
