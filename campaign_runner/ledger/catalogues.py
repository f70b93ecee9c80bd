"""Which catalogue do all machines judge by?  The one that any of them fetched last, kept for all in the ledger."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from campaign_runner.ledger import events
from campaign_runner.ledger.submission_tables import catalogues

LONGEST_SOURCE = 300


def kept(connection: Connection, environment: str, source: str, newer_than: str = "") -> str | None:
    """The catalogue as it was kept; None where there is none, or none that was fetched after that time."""
    mine = (catalogues.c.environment == environment, catalogues.c.source == source[:LONGEST_SOURCE])
    content = connection.execute(select(catalogues.c.content).where(*mine, catalogues.c.at > newer_than)).scalar()
    return None if content is None else str(content)


def keep(connection: Connection, environment: str, source: str, at: str, content: str) -> None:
    """Keep a catalogue in place of the one before."""
    source = source[:LONGEST_SOURCE]
    events.alone_with(connection, f"catalogue {environment} {source}")
    mine = (catalogues.c.environment == environment, catalogues.c.source == source)
    connection.execute(delete(catalogues).where(*mine))
    connection.execute(insert(catalogues).values(environment=environment, source=source, at=at, content=content))
