"""Are accounts, their roles and their API tokens what the log of events says of them?

Passwords, keys of one-time codes and hashes of tokens are secrets, of which the log says nothing: who changes one of these
by hand is not found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from campaign_runner.ledger.people_tables import tokens, users
from campaign_runner.ledger.replay import Expected


def differences(connection: Connection, expected: Expected) -> Iterator[str]:
    """What is not as the events say, as sentences."""
    accounts = {row.email: (row.roles, bool(row.disabled_at)) for row in connection.execute(select(users))}
    yield from _compared("account", accounts, expected.accounts, "its roles, or whether it is disabled")
    query = select(tokens, users.c.email).join(users, users.c.id == tokens.c.user)
    kept = {row.id: (row.email, row.roles, row.expires_at, bool(row.revoked_at)) for row in connection.execute(query)}
    yield from _compared("API token", kept, expected.tokens, "its roles, its time, or whether it is revoked")


def _compared(what: str, here: Mapping[Any, Any], written: Mapping[Any, Any], which: str) -> Iterator[str]:
    for key in sorted(here.keys() | written.keys()):
        if key not in written:
            yield f"{what} {key} is not in the audit log: it was added by hand"
        elif key not in here:
            yield f"{what} {key} is missing"
        elif here[key] != written[key]:
            yield f"{what} {key}: {which}, was changed by hand"
