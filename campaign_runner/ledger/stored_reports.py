"""Where are reports that were made without a shared folder?  In the ledger, by digest; each name has its newest file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from campaign_runner.ledger import campaigns
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.submission_tables import report_files, report_parts


def store(connection: Connection, campaign_key: int, files: Mapping[str, Path], at: str, *, about: str = "") -> None:
    """Keep these reports in place of all earlier ones about the same."""
    forget(connection, report_files.c.campaign == campaign_key, report_files.c.about == about)
    for name, path in files.items():
        values = {"campaign": campaign_key, "about": about, "name": name, "at": at, "size": path.stat().st_size,
                  "sha256": file_sha256(path)}  # fmt: skip
        made = connection.execute(report_files.insert().values(**values).returning(report_files.c.id)).scalar_one()
        parts = ((made, i, pack(part)) for i, part in enumerate(campaigns.parts(path)))
        insert_many(connection, report_parts, ("file", "part", "bytes"), parts)


def forget(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Delete these reports; they can be written again."""
    gone = select(report_files.c.id).where(*which)
    connection.execute(delete(report_parts).where(report_parts.c.file.in_(gone)))
    connection.execute(delete(report_files).where(*which))


def listing(connection: Connection, campaign_key: int, about: str = "") -> list[Mapping[str, Any]]:
    """The stored reports by name, with time, size and digest."""
    query = select(report_files).where(report_files.c.campaign == campaign_key, report_files.c.about == about)
    return [dict(row) for row in connection.execute(query.order_by(report_files.c.name)).mappings()]


def read(connection: Connection, digest: str) -> Iterator[bytes]:
    """The bytes of a report, part by part."""
    file = select(report_files.c.id).where(report_files.c.sha256 == digest).limit(1).scalar_subquery()
    query = select(report_parts.c.bytes).where(report_parts.c.file == file).order_by(report_parts.c.part)
    for (packed,) in connection.execute(query):
        yield unpack(packed)
