"""Does a run of an older program hold a campaign?  It locked a file in the state folder, or had PostgreSQL hold a lock.

Claims took their place; before a ledger is taken to this version, nobody may be at work as an older program is.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, text

from campaign_runner.model.errors import CampaignHeld


def refuse_held(folder: Path, connection: Connection, name: str) -> None:
    """Raise CampaignHeld where an older program is working on a campaign (`environment-campaign_id`)."""
    path = _path(folder, name)
    if connection.dialect.name == "postgresql":
        ask = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))")
        if connection.execute(ask, {"key": f"campaign-runner {name}"}).scalar():
            return
    elif not path.exists() or _is_free(path):
        return
    environment, _, campaign_id = name.partition("-")
    raise CampaignHeld(
        f"Another run holds the campaign {campaign_id} ({environment}){_holder(path)}: one of an older version of the "
        "program. Wait until it has ended, then run again. Nothing was changed or sent by this one."
    )


def noted(folder: Path, name: str) -> str:
    """The name of the ledger in which an older program ran a campaign, "" if none did: it noted no more."""
    path = _path(folder, name)
    return path.read_text("utf-8").strip() if path.exists() else ""


def _path(folder: Path, name: str) -> Path:
    return folder / "locks" / f"{name}.lock"


def _is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        holder = json.loads(path.with_suffix(".holder").read_text("utf-8"))
        return f", process {holder['pid']} on {holder['host']} since {holder['since']}"
    return ""
