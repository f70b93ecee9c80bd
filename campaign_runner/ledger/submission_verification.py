"""Are submissions, corrections, settings and wishes what the log of events says of them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from campaign_runner.ledger import actors
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.people_tables import tokens, users
from campaign_runner.ledger.replay import Expected
from campaign_runner.ledger.schema import campaigns
from campaign_runner.ledger.submission_tables import corrections, sendings, submission_parts, submissions

NO_SETTINGS = "{}"


def differences(connection: Connection, expected: Expected) -> Iterator[str]:
    """What is not as the events say, as sentences."""
    yield from _submissions(connection, expected)
    yield from _wishes(connection, expected)
    query = select(campaigns.c.id, campaigns.c.campaign_id, campaigns.c.settings)
    for number, name, kept in connection.execute(query):
        written = expected.settings.get(number, "")
        if sha256(kept.encode()).hexdigest() != written and (written or kept != NO_SETTINGS):
            yield f"campaign {name}: its own settings were changed"


def _submissions(connection: Connection, expected: Expected) -> Iterator[str]:
    here = {(row.campaign, row.number): row for row in connection.execute(select(submissions))}
    for key in sorted(here.keys() | expected.submissions.keys()):
        name, row, written = f"submission {key[1]} of campaign {key[0]}", here.get(key), expected.submissions.get(key)
        if row is None or written is None:
            yield f"{name} {'is missing' if row is None else 'is not in the audit log: it was added by hand'}"
            continue
        if (row.sha256, row.channel, row.corrects, actors.unpacked(row.actor)) != written:
            yield f"{name}: its record was changed"
        if not row.upload and not row.erased_at and _digest(connection, row.id) != row.sha256:
            yield f"{name}: the stored copy is not the file that was submitted"
        cells = [] if row.erased_at else expected.corrected.get(key, [])
        query = select(corrections.c.row, corrections.c.field).where(corrections.c.submission == row.id)
        made = [f"row {number} {field}" for number, field in connection.execute(query.order_by(corrections.c.number))]
        if made != cells:
            yield f"{name}: the record of its corrections was changed"


def _wishes(connection: Connection, expected: Expected) -> Iterator[str]:
    for row in connection.execute(select(sendings.c.campaign, sendings.c.plan, sendings.c.actor)):
        if (row.plan, actors.unpacked(row.actor)) != expected.sendings.get(row.campaign):
            yield f"what is to be sent of campaign {row.campaign} was changed"


def _digest(connection: Connection, submission: int) -> str:
    digest = sha256()
    query = select(submission_parts.c.bytes).where(submission_parts.c.submission == submission)
    for part in connection.execute(query.order_by(submission_parts.c.part)).scalars():
        try:
            digest.update(unpack(part))
        except (OSError, ValueError, OverflowError):
            return "damaged"
    return digest.hexdigest()


def account_differences(connection: Connection, expected: Expected) -> Iterator[str]:
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
