"""Which events did Tango send?  Each once; an event makes its order due now, and changes nothing else. And when were
the files of an inbox last collected?"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from campaign_runner.ledger import events, jobs
from campaign_runner.ledger.schema import batches
from campaign_runner.ledger.submission_tables import inboxes, tango_events
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState

# How many events are remembered: repeated ones come soon after the first.
KEPT = 100_000


def take(connection: Connection, event_id: str, reference: str, at: str) -> bool:
    """Make the order of an event due; False where the event was taken before, or no open order has this reference."""
    events.alone_with(connection, f"event of Tango {event_id}")  # the same event twice at once
    if connection.execute(select(tango_events.c.id).where(tango_events.c.event == event_id)).first():
        return False
    number = connection.execute(
        insert(tango_events).values(event=event_id, at=at).returning(tango_events.c.id)
    ).scalar_one()
    connection.execute(delete(tango_events).where(tango_events.c.id <= number - KEPT))
    looked = OPEN_BATCHES - {BatchState.PLANNED}
    mine = update(batches).where(batches.c.reference == reference, batches.c.state.in_(looked)).values(due_at=0)
    campaigns = connection.execute(mine.returning(batches.c.campaign)).scalars().all()
    for campaign in campaigns:
        jobs.hasten(connection, jobs.DRIVE, campaign)
    return bool(campaigns)


def collected_at(connection: Connection, name: str) -> float | None:
    """The moment up to which an inbox has done what its timetable says (seconds since 1970); None: it never had one."""
    at = connection.execute(select(inboxes.c.collected_at).where(inboxes.c.name == name[:500])).scalar()
    return None if at is None else float(at)


def set_collected(connection: Connection, name: str, moment: float) -> None:
    """All that was due by a moment is done."""
    mine = update(inboxes).where(inboxes.c.name == name[:500]).values(collected_at=moment)
    if not connection.execute(mine).rowcount:
        connection.execute(inboxes.insert().values(name=name[:500], collected_at=moment))
