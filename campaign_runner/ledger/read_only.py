"""How does somebody look into a ledger who may not write there?  It is opened as it lies there, or as a copy of it.

SQLite wants to write beside a ledger even to read it. Where it cannot, a ledger that was closed is read as it is; one
that was left open, or one of an older version, is copied into a folder of its own first.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from campaign_runner.ledger import migrations, schema
from campaign_runner.ledger.opening import open_ledger
from campaign_runner.ledger.store import FILE, Ledger, connected
from campaign_runner.model.errors import StateError


def is_writable(folder: Path) -> bool:
    """Whether this process may write into a state folder and its ledger, or make them."""
    for path in (folder, folder / FILE):
        if path.exists():
            if not os.access(path, os.W_OK):
                return False
        elif not path.parent.exists():
            return is_writable(folder.parent)
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


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
        if (version := _version(path, how)) == schema.VERSION:
            address = f"sqlite:///file:{quote(str(path))}?{how}&uri=true"
            with connected(folder, address, tuned=False) as ledger:
                yield ledger
            return
        if version is not None:
            break
    copy = _copied(path, copies)
    if _version(copy, "mode=ro") == schema.VERSION:
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


def _version(path: Path, how: str) -> int | None:
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


def knows(folder: Path, environment: str, campaign: str) -> bool:
    """Whether anything was planned or sent there; what cannot be read may know it."""
    path = folder / FILE
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        return _count(path, "mode=ro", environment, campaign)
    except sqlite3.Error:  # a folder that may not be written to: as it is on the disk
        try:
            return _count(path, "immutable=1", environment, campaign)
        except sqlite3.Error:
            return True


def _count(path: Path, how: str, environment: str, campaign: str) -> bool:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as connection:
        return bool(connection.execute(_KNOWN, (environment, campaign)).fetchone()[0])
