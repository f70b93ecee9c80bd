"""Where are reports that were made without a shared folder?  In the ledger, by digest; each name has its newest file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select

from campaign_runner.ledger import campaigns
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.store import insert_many
from campaign_runner.ledger.submission_tables import report_files, report_parts


def store(connection: Connection, campaign_key: int, files: Mapping[str, Path], at: str, *, about: str = "") -> None:
    """Keep these reports in place of all earlier ones about the same."""
    mine = (report_files.c.campaign == campaign_key, report_files.c.about == about)
    connection.execute(delete(report_files).where(*mine))
    for name, path in files.items():
        digest = campaigns.file_sha256(path)
        connection.execute(
            report_files.insert().values(
                campaign=campaign_key, about=about, name=name, at=at, size=path.stat().st_size, sha256=digest
            )
        )
        there = select(report_parts.c.part).where(report_parts.c.sha256 == digest).limit(1)
        if connection.execute(there).first() is None:
            parts = ((digest, i, pack(part)) for i, part in enumerate(campaigns.parts(path)))
            insert_many(connection, report_parts, ("sha256", "part", "bytes"), parts)
    connection.execute(delete(report_parts).where(report_parts.c.sha256.not_in(select(report_files.c.sha256))))


def listing(connection: Connection, campaign_key: int, about: str = "") -> list[Mapping[str, Any]]:
    """The stored reports by name, with time, size and digest."""
    query = select(report_files).where(report_files.c.campaign == campaign_key, report_files.c.about == about)
    return [dict(row) for row in connection.execute(query.order_by(report_files.c.name)).mappings()]


def read(connection: Connection, digest: str) -> Iterator[bytes]:
    """The bytes of a report, part by part."""
    query = select(report_parts.c.bytes).where(report_parts.c.sha256 == digest).order_by(report_parts.c.part)
    for (packed,) in connection.execute(query):
        yield unpack(packed)
