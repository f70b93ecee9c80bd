"""How does a batch get from one state to the next?  Every move is one transaction, checked against `lifecycle`."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    true,
    update,
)  # fmt: skip

from campaign_runner.ledger import corrections, digests, events, order_sums, pauses
from campaign_runner.ledger.batches import _BODY, _COLUMNS, NO_FAILURES, Failures, StoredBatch, stored_batch
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.corrections import Booked, plain
from campaign_runner.ledger.overlaps import Overlap, Overtaken, Watch
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.pauses import Paused
from campaign_runner.ledger.schema import PUT_OFF, batches, line_items
from campaign_runner.ledger.store import Ledger
from campaign_runner.model import LineAnswer
from campaign_runner.model.errors import OrderMoved
from campaign_runner.model.lifecycle import FINAL_LINES, OPEN_BATCHES, BatchState, RowStatus, move


def mark_sending(
    ledger: Ledger, batch: StoredBatch, at: str, *, late: bool = False, watch: Watch | None = None
) -> tuple[StoredBatch, bytes]:
    """Committed, and safe from a power cut, before the first byte leaves; returns the batch as it is now and the exact
    bytes to send. `late`: it was sent first so long ago that Tango may not know its reference any more. Raises Overtaken
    where `watch` finds that another campaign was faster, Paused where nothing new may leave, or the order was withdrawn.
    """
    tries, sent_at = batch.tries + 1, batch.sent_at or at
    more: dict[str, Any] = {"sent_late_at": at} if late else {}
    with ledger.write("mark an order as sending", durable=True) as connection:
        _may_leave(connection, batch, at)
        if watch and (overlaps := watch.look(connection, batch.id, batch.attempt)):
            raise Overtaken(overlaps)
        _move(connection, batch, BatchState.SENDING, at, tries=tries, sent_at=sent_at, **more)
        sending = unpack(_BODY(connection, {"number": batch.id}).fetchone()[0])
    return dataclasses.replace(batch, state=BatchState.SENDING, tries=tries, sent_at=sent_at, updated_at=at), sending


def _may_leave(connection: Connection, batch: StoredBatch, at: str) -> None:
    if _THERE(connection, {"number": batch.id, "reference": batch.reference}).fetchone() is None:
        raise Paused(f"the order {batch.reference} was withdrawn")
    pause = pauses.of(connection, batch.campaign)
    if pause.halted_at or (pause.send_after and pause.holds(datetime.fromisoformat(at).timestamp())):
        raise Paused("nothing new of this campaign leaves now")


def put_aside(ledger: Ledger, batch: StoredBatch, overlaps: Sequence[Overlap], at: str, due_at: float) -> None:
    """An order of a second attempt that another campaign overtook stays unsent, its lines with the reason."""
    why = update(line_items).where(line_items.c.batch == batch.id, line_items.c.reference == bindparam("ref"))
    with ledger.write("put an order aside") as connection:
        note = f"{len(overlaps)} of its recipients were sent the same reward by another campaign"
        connection.execute(
            why.values(reason=bindparam("why")), [{"ref": one.reference, "why": one.sentence} for one in overlaps]
        )
        news = {"answers": digests.of_answers(connection, batch.id)}
        _move(connection, batch, batch.state, at, news, due_at=due_at, note=note)


def take_up(connection: Connection, campaign_key: int, references: Collection[str], at: str) -> None:
    """Lines that were put aside and released since: their orders are due at once."""
    mine = (line_items.c.campaign == campaign_key, line_items.c.reference.in_(list(references)))
    query = select(batches.c.id, batches.c.reference).distinct().join(line_items, line_items.c.batch == batches.c.id)
    query = query.where(*mine, batches.c.state == BatchState.PLANNED, batches.c.attempt > 1)
    for number, reference in connection.execute(query).all():
        connection.execute(update(line_items).where(*mine, line_items.c.batch == number).values(reason=""))
        connection.execute(update(batches).where(batches.c.id == number).values(due_at=0, note="", updated_at=at))
        answers = digests.of_answers(connection, number)
        events.append(connection, campaign_key, at, digests.ANSWERED, batch=reference, answers=answers)


def settle(
    ledger: Ledger, batch: StoredBatch, state: BatchState, at: str, *,
    due_at: float = 0, note: str = "", tango_order_id: str = "", looked: bool = False,
    statuses: Mapping[str, RowStatus] | None = None, answers: Sequence[LineAnswer] = (),
    refused: Mapping[str, str] | None = None, corrected: Mapping[str, tuple[Booked, Booked]] | None = None,
    failures: Failures = NO_FAILURES, counts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write down the result of a step: the batch's state, what Tango says of its lines, which lines it refused.

    `corrected` names lines that had been booked otherwise: (before, now). The past stays in the events. `counts` are
    further columns of the batch.
    """
    values: dict[str, Any] = {"due_at": due_at, "note": note, "looks": batch.looks + looked, **(counts or {})}
    if tango_order_id:
        values["tango_order_id"] = tango_order_id
    with ledger.write("settle an order") as connection:
        _write_answers(connection, batch.id, answers, statuses or {}, at)
        _write_failures(connection, batch.id, statuses or {}, failures, at)
        _write_refused(connection, batch.id, refused or {}, at)
        order_sums.renew(connection, [batch.id] if answers or refused else [])
        changed = bool(answers or refused or any(failures))
        news = {"answers": digests.of_answers(connection, batch.id)} if changed else {}
        if tango_order_id and tango_order_id != batch.tango_order_id:
            news["order"] = tango_order_id
        _move(connection, batch, state, at, news, **values)
        for reference, (before, now) in (corrected or {}).items():
            events.append(
                connection, batch.campaign, at, corrections.KIND, **corrections.told(reference, before, now)
            )


def replace_batch(
    ledger: Ledger, batch: StoredBatch, successors: Iterable[tuple[str, bytes, Sequence[str]]],
    refused: Mapping[str, str], at: str, note: str,
) -> None:  # fmt: skip
    """Tango refused a batch whole: its refused lines fail, the others move to new batches."""
    with ledger.write("replace an order") as connection:
        _move(connection, batch, BatchState.REPLACED, at, note=note)
        _write_refused(connection, batch.id, refused, at)
        touched = [batch.id]
        for reference, bytes_, keep in successors:
            values = {"campaign": batch.campaign, "reference": reference, "state": BatchState.PLANNED,
                      "lines": len(keep), "attempt": batch.attempt, "body": pack(bytes_), "updated_at": at,
                      "canary": batch.canary}  # fmt: skip
            number = connection.execute(insert(batches).values(**values).returning(batches.c.id)).scalar_one()
            mover = update(line_items).where(
                line_items.c.batch == batch.id, line_items.c.reference == bindparam("ref")
            )
            mover = mover.values(batch=number, position=bindparam("place"))
            connection.execute(mover, [{"ref": ref, "place": place} for place, ref in enumerate(keep)])
            touched.append(number)
        order_sums.renew(connection, touched)
        digests.write_orders(connection, at, touched)


def left_sending(ledger: Ledger, campaign_key: int, at: str) -> int:
    """What the last holder of the campaign left `sending` is unknown, and due; what waits to be looked at goes on waiting.

    Only a run that holds the campaign may call this.
    """
    left = select(*_COLUMNS).where(batches.c.campaign == campaign_key, batches.c.state == BatchState.SENDING)
    with ledger.write("take over what was left sending") as connection:
        dead = connection.execute(left).all()
        for row in dead:
            note = "the run ended before the answer"
            _move(connection, stored_batch(row), BatchState.UNKNOWN, at, due_at=0, note=note)
    return len(dead)


def look_now(ledger: Ledger, campaign_key: int, now: float) -> None:
    """Somebody asks how it stands: what was to wait for a person (longer than `LONG`) is due now."""
    waits = (batches.c.campaign == campaign_key, batches.c.state.in_(OPEN_BATCHES), batches.c.due_at < PUT_OFF)
    mine = (*waits, batches.c.due_at > now + LONG)
    with ledger.read() as connection:
        if connection.execute(select(batches.c.id).where(*mine).limit(1)).first() is None:
            return
    with ledger.write("look at what waits for a person") as connection:
        connection.execute(update(batches).where(*mine).values(due_at=0))


def _move(
    connection: Connection, batch: StoredBatch, state: BatchState, at: str, news: Mapping[str, str] | None = None,
    **values: Any,
) -> None:  # fmt: skip
    """`news` is what else the event says: a digest of the answers, Tango's number of the order."""
    move(batch.state, state)
    changes = {"state": state, "updated_at": at, **values}
    mine = {"number": batch.id, "before": batch.state}
    done = _mover(tuple(changes))(connection, {**mine, **{f"new_{name}": changes[name] for name in changes}})
    if done.rowcount != 1:
        raise OrderMoved(
            f"The order {batch.reference} was changed by another process: another run is sending this campaign, because "
            "the database released this run's lock. Wait until that run has ended, then run again. Nothing is sent twice."
        )
    if state is not batch.state:
        data = {"batch": batch.reference, "from": batch.state, "to": state, **(news or {})}
        events.append(connection, batch.campaign, at, "batch moved", **data)
    elif news:
        events.append(connection, batch.campaign, at, digests.ANSWERED, batch=batch.reference, **news)


# Looks wait no longer than this; what waits longer waits for a person, or for Tango's limits.
LONG = 600.0
_THERE = Prepared(
    select(batches.c.id).where(batches.c.id == bindparam("number"), batches.c.reference == bindparam("reference"))
    .with_for_update()
)  # fmt: skip


@cache
def _mover(names: tuple[str, ...]) -> Prepared:
    mine = (batches.c.id == bindparam("number"), batches.c.state == bindparam("before"))
    return Prepared(update(batches).where(*mine).values({name: bindparam(f"new_{name}") for name in names}))


def _write_answers(
    connection: Connection, batch: int, answers: Sequence[LineAnswer], statuses: Mapping[str, RowStatus], at: str
) -> None:
    if not answers:
        return
    names = ("status", "reason", "tango_reference", "delivery_status", "stated", "stated_currency", "charged",
             "charged_currency", "fee", "shipping_fee", "exchange_rate")  # fmt: skip
    statement = update(line_items).where(line_items.c.batch == batch, line_items.c.reference == bindparam("ref"))
    statement = statement.values(
        {name: bindparam(f"new_{name}") for name in names}
        | {
            "updated_at": at,
            "final_at": _first(line_items.c.final_at, bindparam("is_final", type_=Boolean), at),
            "charged_at": _first(line_items.c.charged_at, bindparam("is_charged", type_=Boolean), at),
        }
    )
    values = [
        {"ref": line.reference, "new_status": statuses[line.reference], "new_reason": line.reason,
         "new_tango_reference": line.tango_reference, "new_delivery_status": line.delivery_status,
         "new_stated": plain(line.face_value), "new_stated_currency": line.currency,
         "new_charged": plain(line.charged), "new_charged_currency": line.charged_currency,
         "new_fee": plain(line.fee), "new_shipping_fee": plain(line.shipping_fee),
         "new_exchange_rate": plain(line.exchange_rate), "is_final": statuses[line.reference] in FINAL_LINES,
         "is_charged": line.charged is not None}
        for line in answers if line.reference in statuses
    ]  # fmt: skip
    if values:
        connection.execute(statement, values)


def _write_failures(
    connection: Connection, batch: int, statuses: Mapping[str, RowStatus], failures: Failures, at: str
) -> None:
    """Since when a line is failed, how that is known, and that Tango said so again; of a healed one nothing is left."""
    mine = update(line_items).where(line_items.c.batch == batch, line_items.c.reference == bindparam("ref"))
    first = func.coalesce(func.nullif(line_items.c.failed_at, literal("")), literal(at))
    lost = [ref for ref, status in statuses.items() if status is RowStatus.FAILED]
    how = {ref: "absent" if ref in failures.missing else "shown" for ref in lost}
    for values, refs in (
        ({"failed_at": first, "failed_by": bindparam("how")}, lost),
        ({"failed_at": "", "failed_again_at": "", "failed_by": ""}, sorted(failures.healed)),
        ({"failed_at": first, "failed_again_at": at}, sorted(failures.again)),
    ):
        named = [{"ref": ref, **({"how": how[ref]} if refs is lost else {})} for ref in refs]
        if named:
            connection.execute(mine.values(values), named)


def _write_refused(connection: Connection, batch: int, refused: Mapping[str, str], at: str) -> None:
    if not refused:
        return
    statement = update(line_items).where(line_items.c.batch == batch, line_items.c.reference == bindparam("ref"))
    failed = {
        "failed_at": at,
        "failed_again_at": "",
        "failed_by": "refused",
        "final_at": _first(line_items.c.final_at, true(), at),
    }
    statement = statement.values(status=RowStatus.FAILED, reason=bindparam("why"), updated_at=at, **failed)
    connection.execute(statement, [{"ref": reference, "why": why} for reference, why in refused.items()])


def _first(column: Any, is_so: Any, at: str) -> Any:
    """When something was so for the first time; later words do not move it."""
    return case((and_(is_so, column == ""), at), else_=column)
