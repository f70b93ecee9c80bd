"""What is kept before an older ledger becomes one of this version?  A copy of it, in the same folder."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from campaign_runner.model.errors import StateError

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
