"""How does an order that Tango has, and this ledger never wrote, get into it?  As it is, without a body."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from campaign_runner.ledger import digests, tallies
from campaign_runner.ledger.plans import OF_LINE, UNTOLD
from campaign_runner.ledger.schema import batches, line_items
from campaign_runner.ledger.store import insert_many
from campaign_runner.lifecycle import BatchState
from campaign_runner.model import LineItem, Receipt


def adopt(
    connection: Connection,
    campaign: int,
    reference: str,
    receipt: Receipt,
    lines: Sequence[tuple[LineItem, int]],
    at: str,
) -> None:
    """Write an order down as accepted, `lines` with their attempts; the next look-up tells what became of them.

    One that is there already, for a recovery that was cut short, stays as it is. The lines belong to no upload: those
    that follow know them.
    """
    mine = (batches.c.campaign == campaign, batches.c.reference == reference)
    if connection.execute(select(batches.c.id).where(*mine)).first():
        return
    values = {"campaign": campaign, "reference": reference, "state": BatchState.ACCEPTED, "attempt": 1, "body": None,
              "lines": len(lines), "accepted": len(lines), "shown": len(lines), "counted": len(lines),
              "sent_at": receipt.created_at or at, "updated_at": at, "tries": 1,
              "tango_order_id": receipt.tango_order_id, "note": "recovered from Tango"}  # fmt: skip
    number = connection.execute(insert(batches).values(**values).returning(batches.c.id)).scalar_one()
    rows = [
        (position, *(getattr(line, name) for name in OF_LINE), attempt)
        for position, (line, attempt) in enumerate(lines)
    ]
    same = {"campaign": campaign, "batch": number, "upload": 0, "superseded": False, **UNTOLD}
    insert_many(connection, line_items, ("position", *OF_LINE, "attempt"), rows, same)
    tallies.renew(connection, [number])


def supersede(connection: Connection, campaign: int, at: str) -> None:
    """Of several attempts of one line only the last one counts; all adopted orders are told to the log of events."""
    later = line_items.alias("later")
    newer = select(later.c.id).where(
        later.c.campaign == campaign,
        later.c.identity == line_items.c.identity,
        later.c.attempt > line_items.c.attempt,
    )
    old = update(line_items).where(line_items.c.campaign == campaign, newer.exists()).values(superseded=True)
    tallies.renew(connection, connection.execute(old.returning(line_items.c.batch)).scalars().all())
    every = select(batches.c.id).where(batches.c.campaign == campaign)
    digests.write_orders(connection, at, connection.execute(every).scalars())
