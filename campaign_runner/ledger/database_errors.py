"""What does a user do when the database is in trouble?  Its errors as sentences, by what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from campaign_runner.model.errors import StateError

# What the database says -> what the user is told. The first pattern that is found counts.
_TROUBLE = (
    ("database is locked", "is locked by another program. Close it (or wait), then run again"),
    ("disk is full|No space left", "cannot be written: the disk is full. Make room, then run again: nothing is lost"),
    (
        "disk I/O error",
        "cannot be read or written: the disk is full or failing. Make room (or look after the disk), then run again: "
        "nothing is lost",
    ),
    (
        "readonly|read-only",
        "cannot be written: file or folder is read-only. Make it writable, or choose another --state",
    ),
    ("unable to open", "cannot be opened. Check that the folder exists and is yours, or choose another --state"),
    (
        "malformed|not a database|corrupt",
        "is damaged and was not changed. Restore a backup of it; or move it away and rebuild it with "
        "`campaign-runner recover FILE`",
    ),
    (
        "resolve|translate host|not known|No address",
        "cannot be reached: there is no host of that name. Correct [ledger] url, then run again: nothing is lost",
    ),
    (
        "password authentication|role .* does not exist|no password|permission denied",
        "refuses this user. Check user and password in [ledger] url, and what the user may do there",
    ),
    (
        "connection|connect|EOF detected|timeout",
        "cannot be reached. Check the address and that the database runs, then run again: nothing is lost",
    ),
)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """The database's errors as StateError, where there is something to do about them."""
    try:
        yield
    except DBAPIError as error:
        where = engine.url.database if engine.dialect.name == "sqlite" else engine.url.render_as_string()
        for pattern, advice in _TROUBLE:
            if re.search(pattern, str(error.orig), re.IGNORECASE):
                raise StateError(f"The ledger {where} {advice}.") from error
        if isinstance(error, OperationalError):
            first = str(error.orig).strip().partition("\n")[0]
            raise StateError(
                f'The ledger {where} says: "{first}". Run again once that is settled: nothing is lost.'
            ) from error
        raise
