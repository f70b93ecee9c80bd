"""What did the campaign's last file ask for, and who was ever rewarded?  What a new plan is compared with."""

from __future__ import annotations

from sqlalchemy import Connection, select

from campaign_runner.ledger.line_columns import LINES, STATUS
from campaign_runner.ledger.schema import batches, campaigns, entries, line_items
from campaign_runner.model.history import AskedLine
from campaign_runner.model.lifecycle import BatchState, RowStatus


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
