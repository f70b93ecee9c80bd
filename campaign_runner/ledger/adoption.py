"""How does an order that Tango has, and this ledger never sent, get into it?  As it is, without a body.

A ledger that is older than what was sent may have such an order as planned only, or its lines in other orders: what was
planned and never sent is taken back first, and a line is in one order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from campaign_runner.ledger import digests, events, order_sums, plans, schema
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.plans import OF_LINE, UNTOLD
from campaign_runner.ledger.schema import PUT_OFF, batches, campaigns, line_items
from campaign_runner.model import LineItem, Receipt
from campaign_runner.model.lifecycle import BatchState, move
from campaign_runner.model.money import to_units

# What was sent, and Tango's answer is not known.
_IN_DOUBT = (BatchState.SENDING, BatchState.UNKNOWN)
NOTE = "recovered from Tango"


def sent_orders(connection: Connection, campaign_key: int) -> frozenset[str]:
    """The references of all orders that this ledger sent, or adopted."""
    query = select(batches.c.reference).where(batches.c.campaign == campaign_key)
    query = query.where(or_(batches.c.state != BatchState.PLANNED, batches.c.tries > 0))
    return frozenset(connection.execute(query).scalars())


def orders_to_send(connection: Connection, campaign_key: int) -> list[str]:
    """The references of what a run may send: planned, or sent without an answer."""
    query = select(batches.c.reference).where(batches.c.campaign == campaign_key, batches.c.due_at < PUT_OFF)
    query = query.where(batches.c.state.in_((BatchState.PLANNED, *_IN_DOUBT))).order_by(batches.c.id)
    return list(connection.execute(query).scalars())


def orders_in_question(connection: Connection, campaign_key: int) -> list[str]:
    """The references of all orders of which this ledger does not know for certain whether Tango has them."""
    query = select(batches.c.reference).where(batches.c.campaign == campaign_key)
    query = query.where(batches.c.state.in_((BatchState.PLANNED, *_IN_DOUBT))).order_by(batches.c.id)
    return list(connection.execute(query).scalars())


def recovering(connection: Connection, campaign_key: int) -> str:
    """Since when a recovery is under way that did not finish, "" if none is."""
    return str(
        connection.execute(select(campaigns.c.recovering).where(campaigns.c.id == campaign_key)).scalar() or ""
    )


def set_recovering(connection: Connection, campaign_key: int, at: str) -> None:
    """From now on nothing is sent; with "" it may be again."""
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_key).values(recovering=at))


def recognise(connection: Connection, campaign_key: int, receipts: Mapping[str, Receipt], at: str) -> int:
    """What this ledger planned, or sent without an answer, and Tango has: it was accepted. Returns how many were only
    planned."""
    query = select(batches.c.id, batches.c.reference, batches.c.state, batches.c.sent_at, batches.c.tries)
    query = query.where(batches.c.campaign == campaign_key, batches.c.state.in_((BatchState.PLANNED, *_IN_DOUBT)))
    rows = [row for row in connection.execute(query).all() if row.reference in receipts]
    rows = [row for row in rows if row.tries or _is_as_planned(connection, row.id, receipts[row.reference])]
    for row in rows:
        receipt = receipts[row.reference]
        state = move(BatchState(row.state), BatchState.ACCEPTED)
        values = {"state": state, "sent_at": row.sent_at or receipt.created_at or at, "updated_at": at, "due_at": 0,
                  "tries": max(row.tries, 1), **_seen(receipt), "tango_order_id": receipt.tango_order_id,
                  "note": NOTE}  # fmt: skip
        connection.execute(update(batches).where(batches.c.id == row.id).values(**values))
        moved = {"batch": row.reference, "from": row.state, "to": state, "order": receipt.tango_order_id}
        events.append(connection, campaign_key, at, "batch moved", **moved)
    return sum(row.state == BatchState.PLANNED and not row.tries for row in rows)


def take_back(connection: Connection, campaign_key: int, lines: Collection[str], at: str) -> int:
    """What was planned and not sent, and what was sent, never arrived, and holds one of these lines, which Tango has in
    another order. The file decides again. Returns how many lines are planned no more."""
    for number, reference, state in _lost(connection, campaign_key, lines):
        planned = move(BatchState(state), BatchState.PLANNED)
        connection.execute(update(batches).where(batches.c.id == number).values(state=planned))
        events.append(
            connection, campaign_key, at, "batch moved", **{"batch": reference, "from": state, "to": planned}
        )
    return restore_attempts(connection, campaign_key, at) + plans.withdraw_unsent(connection, campaign_key, at)


def placed_lines(connection: Connection, campaign_key: int) -> dict[str, str]:
    """Every line that this ledger has, with its order."""
    query = select(line_items.c.reference, batches.c.reference)
    query = query.select_from(line_items.join(batches, batches.c.id == line_items.c.batch))
    rows = connection.execute(query.where(line_items.c.campaign == campaign_key)).all()
    return {str(line): str(order) for line, order in rows}


def lines_of(connection: Connection, campaign_key: int) -> list[LineItem]:
    """All lines of a campaign in their newest attempt, without payload: a further attempt is found by them."""
    columns = [line_items.c[name] for name in OF_LINE]
    query = select(*columns).where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False))
    return [LineItem(**{**row, "payload": b""}) for row in connection.execute(query).mappings()]


def adopt(
    connection: Connection,
    campaign_key: int,
    reference: str,
    receipt: Receipt,
    lines: Sequence[tuple[LineItem, int]],
    at: str,
) -> None:
    """Write an order down as accepted, `lines` with their attempts; the next look-up tells what became of them.

    The lines belong to no upload: those that follow know them.
    """
    values = {"campaign": campaign_key, "reference": reference, "state": BatchState.ACCEPTED, "attempt": 1, "body": None,
              "lines": len(lines), **dict.fromkeys(("accepted", "shown", "counted"), len(lines)),
              "sent_at": receipt.created_at or at, "updated_at": at, "tries": 1,
              "tango_order_id": receipt.tango_order_id, "note": NOTE}  # fmt: skip
    number = connection.execute(insert(batches).values(**values).returning(batches.c.id)).scalar_one()
    rows = [
        (position, *(getattr(line, name) for name in OF_LINE), attempt)
        for position, (line, attempt) in enumerate(lines)
    ]
    same = {"campaign": campaign_key, "batch": number, "upload": 0, "superseded": False, **UNTOLD}
    insert_many(connection, line_items, ("position", *OF_LINE, "attempt"), rows, same)
    order_sums.renew(connection, [number])


def supersede(connection: Connection, campaign_key: int, at: str) -> None:
    """Of several attempts of one line only the last one counts; all adopted orders are told to the log of events."""
    later = line_items.alias("later")
    newer = select(later.c.id).where(
        later.c.campaign == campaign_key,
        later.c.identity == line_items.c.identity,
        later.c.attempt > line_items.c.attempt,
    )
    old = update(line_items).where(line_items.c.campaign == campaign_key, newer.exists()).values(superseded=True)
    order_sums.renew(connection, connection.execute(old.returning(line_items.c.batch)).scalars().all())
    every = select(batches.c.id).where(batches.c.campaign == campaign_key)
    digests.write_orders(connection, at, connection.execute(every).scalars())


def _is_as_planned(connection: Connection, batch: int, receipt: Receipt) -> bool:
    """Whether Tango states the face values that were planned: at /orders a reference names the row, not its amount."""
    query = select(line_items.c.reference, line_items.c.face_units).where(line_items.c.batch == batch)
    planned = {str(reference): int(units) for reference, units in connection.execute(query)}
    stated = {line.reference: to_units(line.face_value) for line in receipt.lines if line.face_value is not None}
    return all(planned.get(reference, units) == units for reference, units in stated.items())


def _seen(receipt: Receipt) -> dict[str, int]:
    """How many lines of an order Tango has accepted, shown and counted, as far as this answer goes."""
    return dict.fromkeys(("accepted", "shown", "counted"), len(receipt.lines))


def _lost(connection: Connection, campaign_key: int, lines: Collection[str]) -> set[tuple[int, str, str]]:
    """The orders in doubt that hold one of these lines."""
    query = select(batches.c.id, batches.c.reference, batches.c.state, line_items.c.reference)
    query = query.select_from(line_items.join(batches, batches.c.id == line_items.c.batch))
    query = query.where(batches.c.campaign == campaign_key, batches.c.state.in_(_IN_DOUBT))
    return {(number, order, state) for number, order, state, line in connection.execute(query) if line in lines}


def restore_attempts(connection: Connection, campaign_key: int, at: str) -> int:
    """A further attempt that was planned and never sent: the attempt before it counts again. Returns the lines."""
    waiting = (batches.c.campaign == campaign_key, batches.c.state == BatchState.PLANNED, batches.c.attempt > 1)
    numbers = list(connection.execute(select(batches.c.id).where(*waiting)).scalars())
    lines = connection.execute(select(line_items).where(line_items.c.batch.in_(numbers))).mappings().all()
    touched = {_restore(connection, line) for line in lines}
    connection.execute(delete(schema.tallies).where(schema.tallies.c.batch.in_(numbers)))
    gone = delete(batches).where(batches.c.id.in_(numbers)).returning(batches.c.reference)
    withdrawn = sorted(connection.execute(gone).scalars())
    if withdrawn:
        events.append(connection, campaign_key, at, digests.WITHDRAWN, orders=withdrawn)
    order_sums.renew(connection, touched)
    digests.write_orders(connection, at, touched)
    return len(lines)


def _restore(connection: Connection, line: Mapping[Any, Any]) -> int:
    """Put the attempt before in the place of this one, whose number others refer to; returns its order."""
    mine = (line_items.c.campaign == line["campaign"], line_items.c.identity == line["identity"])
    query = select(line_items).where(*mine, line_items.c.attempt < line["attempt"], line_items.c.superseded)
    before = dict(connection.execute(query.order_by(line_items.c.attempt.desc()).limit(1)).mappings().one())
    connection.execute(delete(line_items).where(line_items.c.id == before.pop("id")))
    values = {**before, "superseded": False}
    connection.execute(update(line_items).where(line_items.c.id == line["id"]).values(**values))
    return int(before["batch"])
