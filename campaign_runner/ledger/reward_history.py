"""Who was sent how much before?  What a new plan is held against to tell whether it is unusual. And what did the
campaign's last file ask for?"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from campaign_runner.ledger.line_columns import LINES, STATUS, UNITS
from campaign_runner.ledger.schema import batches, campaigns, entries, line_items
from campaign_runner.model.history import AskedLine
from campaign_runner.model.lifecycle import BatchState, RowStatus

_LOST = (RowStatus.FAILED, RowStatus.CANCELLED)


class Given(NamedTuple):
    """A person's rewards of one face value and currency: `units` in all, in ten-thousandths."""

    person: bytes
    currency: str
    face_units: int
    number: int
    units: int


def given(connection: Connection, environment: str, since: str) -> list[Given]:
    """What people were sent in an environment from `since` (ISO 8601) on and did not lose again."""
    columns = (line_items.c.person, line_items.c.currency, line_items.c.face_units)
    query = _sent(environment, *columns, func.count(), func.sum(UNITS))
    query = query.where(line_items.c.person.is_not(None), batches.c.sent_at >= since).group_by(*columns)
    return [
        Given(bytes(row[0]), str(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in connection.execute(query)
    ]


def last_campaign(
    connection: Connection, environment: str, account: str, other_than: int
) -> tuple[str, dict[str, int]]:
    """The newest other campaign of an account that sent anything: its id and what it sent, per currency."""
    theirs = (campaigns.c.account == account, campaigns.c.id != other_than)
    newest = connection.execute(_sent(environment, func.max(campaigns.c.id)).where(*theirs)).scalar()
    if newest is None:
        return "", {}
    columns = (campaigns.c.campaign_id, line_items.c.currency)
    query = _sent(environment, *columns, func.sum(UNITS)).where(campaigns.c.id == newest).group_by(*columns)
    rows = connection.execute(query).all()
    return str(rows[0][0]), {str(currency): int(units) for _, currency, units in rows}


def _sent(environment: str, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(LINES.join(campaigns, campaigns.c.id == line_items.c.campaign))
        .where(campaigns.c.environment == environment, batches.c.state != BatchState.PLANNED)
        .where(line_items.c.superseded.is_(False), STATUS.not_in(_LOST))
    )


def asked_lines(connection: Connection, upload: int) -> list[AskedLine]:
    """The lines that an upload asked for, whether it brought them or found them there."""
    columns = [line_items.c[name] for name in AskedLine._fields]
    own = select(*columns).where(line_items.c.upload == upload, line_items.c.superseded.is_(False))
    known = select(*columns).join(entries, entries.c.line == line_items.c.id).where(entries.c.upload == upload)
    return [AskedLine(*row) for row in (*connection.execute(own), *connection.execute(known))]


def rewarded_people(connection: Connection, environment: str) -> list[bytes]:
    """The keyed hash of everybody who was ever sent something in this environment and did not lose it again."""
    query = (
        select(line_items.c.person).distinct()
        .select_from(LINES.join(campaigns, campaigns.c.id == line_items.c.campaign))
        .where(campaigns.c.environment == environment, batches.c.state != BatchState.PLANNED)
        .where(line_items.c.person.is_not(None), STATUS.not_in((RowStatus.FAILED, RowStatus.CANCELLED)))
    )  # fmt: skip
    return list(connection.execute(query).scalars())
