"""When were the files of an inbox last collected by its timetable?  So that times that were missed are caught up, once."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from campaign_runner.ledger.submission_tables import inboxes


def collected_at(connection: Connection, name: str) -> float | None:
    """The moment up to which an inbox has done what its timetable says (seconds since 1970); None: it never had one."""
    at = connection.execute(select(inboxes.c.collected_at).where(inboxes.c.name == name[:500])).scalar()
    return None if at is None else float(at)


def set_collected(connection: Connection, name: str, moment: float) -> None:
    """All that was due by a moment is done."""
    mine = update(inboxes).where(inboxes.c.name == name[:500]).values(collected_at=moment)
    if not connection.execute(mine).rowcount:
        connection.execute(inboxes.insert().values(name=name[:500], collected_at=moment))
