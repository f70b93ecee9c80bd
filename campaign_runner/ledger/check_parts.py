"""What is kept of a check besides its answer?  Lists of rows, in parts of some hundred, so that a page of one is read
without the rest. They hold personal data, and are erased with the file that they are of."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, delete, select

from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.submission_tables import check_parts

# Lines that would be sent and those that were; rows that are not as in the plan approved last, or in the last upload.
LINES, SENT, SINCE_APPROVED, SINCE_UPLOAD = "lines", "sent", "approved", "upload"


def packed(part: bytes) -> bytes:
    """A part as it is kept."""
    return zlib.compress(part, 1)


def unpacked(part: bytes) -> bytes:
    """What was packed."""
    return zlib.decompress(part)


def keep(connection: Connection, submission: int, kind: str, parts: Iterable[bytes]) -> None:
    """Keep these packed parts of a check that is kept in the same transaction."""
    rows = ((submission, kind, number, part) for number, part in enumerate(parts))
    insert_many(connection, check_parts, ("submission", "kind", "part", "bytes"), rows)


def part(connection: Connection, submission: int, kind: str, number: int) -> bytes | None:
    """One part; None where there are fewer."""
    query = select(check_parts.c.bytes).where(check_parts.c.submission == submission, check_parts.c.kind == kind)
    found = connection.execute(query.where(check_parts.c.part == number)).scalar()
    return None if found is None else zlib.decompress(found)


def parts(connection: Connection, submission: int, *kinds: str) -> Iterator[bytes]:
    """All parts of some kinds, in order."""
    query = select(check_parts.c.bytes).where(check_parts.c.submission == submission, check_parts.c.kind.in_(kinds))
    for found in connection.execute(query.order_by(check_parts.c.kind, check_parts.c.part)).scalars():
        yield zlib.decompress(found)


def forget(connection: Connection, submissions: Collection[int]) -> None:
    """Delete the parts of these submissions."""
    connection.execute(delete(check_parts).where(check_parts.c.submission.in_(submissions)))


def submissions_with_parts(connection: Connection) -> list[int]:
    """The submissions of which there are any."""
    return list(connection.execute(select(check_parts.c.submission).distinct()).scalars())
