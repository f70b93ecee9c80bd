"""Does a ledger know a campaign?  Asked of a file that is not opened as a ledger: nothing is made, changed or locked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from campaign_runner.ledger.store import FILE

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
