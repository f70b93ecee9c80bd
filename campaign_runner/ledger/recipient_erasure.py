"""How is one recipient erased, in every campaign?  From the stored files, the orders that were sent, and the texts.

A stored file is erased whole, for its rows cannot be taken out of every kind of spreadsheet; an order that was sent keeps
the other recipients. The recipient's keyed hashes stay until the time has passed in which a reward counts as a duplicate.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select, update

from campaign_runner.ledger import digests, erasure, events, recipient_texts, submission_erasure, trace_removal
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.schema import batches, line_items, uploads
from campaign_runner.ledger.store import Ledger
from campaign_runner.model.contact import Contact
from campaign_runner.model.lifecycle import OPEN_BATCHES

RECIPIENT = "recipient"
# What of a line item or an order is not about its recipient; everything else goes.
IMPERSONAL = frozenset({
    "externalRefID", "externalRefLineItemID", "customerIdentifier", "accountIdentifier", "campaign",
    "purchaseOrderNumber", "sender", "lineItems", "amount", "quantity", "deliveryMethod", "sendEmail", "deliveryDate",
    "utid", "ptid", "etid", "expirationDate", "shippingMethod",
})  # fmt: skip


@dataclass
class _Traces:
    """Where the recipient is: uploads, orders (with the references of the lines), lines; and what is still open."""

    uploads: list[int] = field(default_factory=list)
    orders: dict[int, set[str]] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    open: int = 0


def erase_recipient(
    ledger: Ledger, contact: Contact, persons: Collection[bytes], at: str, *, window_since: str, dry_run: bool = False
) -> dict[str, int]:
    """Erase a recipient from every campaign; `persons` are the keyed hashes of the contact. Returns how much of what was
    erased, and how many orders and files are still open and were left."""
    with ledger.write("erase recipient", durable=True) as connection:
        traces = _traces(connection, contact, persons)
        counts = {"files": len(traces.uploads), "orders": len(traces.orders), "lines": len(traces.lines)}
        counts["files"] += submission_erasure.erase_of(connection, contact, traces.uploads, at, dry_run=dry_run)
        counts |= {"open": traces.open} if traces.open else {}
        if not dry_run:
            _erase(connection, contact, traces, at)
            if late := erasure.forget_hashes(connection, [], window_since, at):
                counts["hashes"] = late
            trace_removal.remove(connection, list(trace_removal.traces(connection, contact)), contact, at)
        counts |= _stays(connection, contact)
    return counts


def _stays(connection: Connection, contact: Contact) -> dict[str, int]:
    """How many events name the recipient, and whether the address is that of an account."""
    here = Counter((trace.table, trace.column) for trace in trace_removal.texts(connection, contact))
    counts = {"events": here["events", "data"], "accounts": here["users", "email"]}
    return {name: number for name, number in counts.items() if number}


def without_recipient(body: bytes, contact: Contact) -> tuple[bytes, set[str]]:
    """An order without this recipient, and the references of the lines that were theirs; all others stay as they are,
    to the last digit."""
    order = json.loads(body, parse_float=lambda number: orjson.Fragment(number.encode()))
    if "lineItems" not in order:
        return orjson.dumps(_impersonal(order)), {str(order.get("externalRefID", ""))}
    theirs = {number for number, item in enumerate(order["lineItems"]) if contact.is_in_bytes(orjson.dumps(item))}
    order["lineItems"] = [
        _impersonal(item) if number in theirs else item for number, item in enumerate(order["lineItems"])
    ]
    return orjson.dumps(order), {str(order["lineItems"][number]["externalRefLineItemID"]) for number in theirs}


def theirs_in(body: bytes, contact: Contact) -> dict[str, Any]:
    """The line items of an order that are this recipient's, by their reference."""
    order = orjson.loads(body)
    if "lineItems" not in order:
        return {str(order.get("externalRefID", "")): order}
    every = order["lineItems"]
    return {str(item["externalRefLineItemID"]): item for item in every if contact.is_in_bytes(orjson.dumps(item))}


def _impersonal(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name in IMPERSONAL}


def _traces(connection: Connection, contact: Contact, persons: Collection[bytes]) -> _Traces:
    made = _Traces()
    for number, state, packed in _bodies(connection):
        body = unpack(packed)
        theirs = without_recipient(body, contact)[1] if contact.is_in_bytes(body) else set()
        if theirs and state in OPEN_BATCHES:
            made.open += 1
        elif theirs:
            made.orders[number] = theirs
    is_theirs = or_(line_items.c.person.in_(persons), line_items.c.alias.in_(persons))
    query = select(line_items.c.id).join(batches, batches.c.id == line_items.c.batch)
    query = query.where(batches.c.state.not_in(OPEN_BATCHES), line_items.c.erased_at == "")
    made.lines = set(connection.execute(query.where(is_theirs)).scalars())
    for number, references in made.orders.items():
        of_order = query.where(line_items.c.batch == number, line_items.c.reference.in_(sorted(references)))
        made.lines |= set(connection.execute(of_order).scalars())
    kept = connection.execute(select(uploads.c.id).where(uploads.c.purged_at.is_(None))).scalars().all()
    still = set(connection.execute(erasure.open_uploads()).scalars())
    for upload in kept:
        if contact.is_in_bytes(b"".join(map(unpack, digests.parts_of(connection, upload)))):
            made.open += upload in still
            made.uploads += [] if upload in still else [upload]
    return made


def _bodies(connection: Connection) -> Iterable[tuple[int, str, bytes]]:
    numbers = connection.execute(select(batches.c.id).where(batches.c.body.is_not(None))).scalars().all()
    for number in numbers:
        row = connection.execute(select(batches.c.state, batches.c.body).where(batches.c.id == number)).one()
        yield number, row.state, bytes(row.body)


def _erase(connection: Connection, contact: Contact, traces: _Traces, at: str) -> None:
    erasure.erase_copies(connection, traces.uploads, at, RECIPIENT)
    touched = set(traces.orders)
    for number in traces.orders:
        mine = batches.c.id == number
        row = connection.execute(select(batches.c.campaign, batches.c.reference, batches.c.body).where(mine)).one()
        body, _ = without_recipient(unpack(row.body), contact)
        connection.execute(update(batches).where(mine).values(body=pack(body), note=""))
        erasure.erase_messages(connection, row.campaign, row.reference)
    for line in sorted(traces.lines):
        gone = {"key_text": None, "reason": "", "erased_at": at}
        batch = connection.execute(
            update(line_items).where(line_items.c.id == line).values(**gone).returning(line_items.c.batch)
        ).scalar_one()
        touched.add(batch)
    theirs = select(line_items.c.upload).where(line_items.c.id.in_(traces.lines)).distinct()
    recipient_texts.tidy(connection, connection.scalars(theirs).all())
    erasure.record(connection, at, traces.uploads, touched, of=RECIPIENT)
    if touched and not traces.uploads:
        whose = select(batches.c.campaign).where(batches.c.id.in_(touched)).distinct()
        for campaign in connection.execute(whose).scalars().all():
            events.append(connection, campaign, at, erasure.ERASED, of=RECIPIENT)
