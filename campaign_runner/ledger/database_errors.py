"""What does a user do when the database is in trouble?  Its errors as sentences, by what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from campaign_runner.model.errors import CampaignRunnerError, StateError

_DAMAGED = (
    "is damaged and was not changed. Restore a backup of it; or move it away and rebuild it with "
    "`campaign-runner recover FILE`"
)
OPENED: list[Engine] = []  # the last one
# What the database says -> what the user is told. The first pattern that is found counts.
_TROUBLE = (
    ("database is locked", "is locked by another program. Close it (or wait), then run again"),
    (
        "disk is full|No space left",
        "cannot be written: the disk is full. Free some space, then run again: nothing is lost",
    ),
    (
        "disk I/O error",
        "cannot be read or written: the disk is full or failing. Free some space (or check the disk), then run again: "
        "nothing is lost",
    ),
    (
        "readonly|read-only",
        "cannot be written: file or folder is read-only. Make it writable, or choose another --state",
    ),
    ("unable to open", "cannot be opened. Check that the folder exists and is yours, or choose another --state"),
    ("malformed|not a database|corrupt", _DAMAGED),
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
                f'The ledger {where} says: "{first}". Run again once that is fixed: nothing is lost.'
            ) from error
        _require_sound(engine, error)
        raise
    except CampaignRunnerError:
        raise
    except Exception as error:  # what stands in a damaged file may break anything that reads it
        _require_sound(engine, error)
        raise


def damaged(engine: Engine) -> StateError:
    """What to raise where the rows of a ledger, not the program, are at fault."""
    return StateError(f"The ledger {engine.url.database} {_DAMAGED}.")


def damage() -> str:
    """A sentence about the ledger that was opened last in this process, if it is damaged: what stands in it may break
    whatever reads it, so a fault of the program that is none is told as what it is."""
    return str(damaged(OPENED[-1])) if OPENED and _is_damaged(OPENED[-1]) else ""


def _require_sound(engine: Engine, error: Exception) -> None:
    if _is_damaged(engine):
        raise damaged(engine) from error


def _is_damaged(engine: Engine) -> bool:
    """SQLite looks through all its pages; of other databases their own error tells."""
    if engine.dialect.name != "sqlite":
        return False
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text("PRAGMA integrity_check(1)")).scalar() != "ok")
    except Exception as error:  # who cannot look knows nothing: a backup is not to be restored for a lock
        return not re.search("locked|unable to open|disk is full", str(error), re.IGNORECASE)
