"""Who holds a campaign?  Process, machine and since when: for the message of whoever is turned away."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

_IN_DATABASE = text("""
    SELECT a.application_name, a.backend_start FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted
      AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(:key, 0) LIMIT 1
""")


def name() -> str:
    """`campaign-runner 4711@server`: how this process calls itself in a database."""
    return f"campaign-runner {os.getpid()}@{socket.gethostname()}"[:63]


def write(path: Path) -> None:
    """Write down that this process holds the campaign; only for people, so that a failure is none."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(OSError):
        path.touch(0o600)
        path.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}), "utf-8")


def read(path: Path) -> str:
    """`, process 4711 on server since 2026-11-27T09:00:00+00:00`; "" where it is not known."""
    try:
        holder = json.loads(path.read_text("utf-8"))
        return f", process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def in_database(connection: Connection, key: str) -> str:
    """The same of an advisory lock of PostgreSQL."""
    try:
        row = connection.execute(_IN_DATABASE, {"key": key}).first()
    except DBAPIError:
        return ""
    if row is None or "@" not in row[0]:
        return ""
    process, _, host = str(row[0]).removeprefix("campaign-runner ").partition("@")
    return f", process {process} on {host} since {row[1]:%Y-%m-%dT%H:%M:%S%z}"
