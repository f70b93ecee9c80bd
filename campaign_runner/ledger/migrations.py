"""How does a ledger get its tables, or an older one become one of this version?  In numbered steps."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlalchemy import Connection

from campaign_runner.ledger import schema, tallies


def migrate(connection: Connection, found: int | None) -> None:
    """Create all tables, or take an older ledger step by step to `schema.VERSION`; all in one transaction."""
    if found is None:
        schema.metadata.create_all(connection)
        for index in schema.line_indexes:
            index.create(connection, checkfirst=True)
        connection.execute(schema.meta.insert().values(version=schema.VERSION, secret=secrets.token_bytes(32)))
        return
    for version in range(found, schema.VERSION):
        MIGRATIONS[version](connection)
    if found < schema.VERSION:
        connection.execute(schema.meta.update().values(version=schema.VERSION))


def _with_tallies(connection: Connection) -> None:
    """Version 2 keeps the sums of each order; an older ledger adds up its lines this once."""
    schema.tallies.create(connection, checkfirst=True)
    tallies.renew_all(connection)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _with_tallies}
