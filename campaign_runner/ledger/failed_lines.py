"""Which lines are failed, and how sure is that?  For a retry, and for findings about lines that came back to life."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, func, select

from campaign_runner.ledger import order_sums, replaced_lines
from campaign_runner.ledger.line_columns import LINES, STATUS
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import batches, entries, line_items
from campaign_runner.model.lifecycle import LOST, RowStatus


class Revived(NamedTuple):
    """A line that had failed, was placed again or sent corrected, and is no failure any more. `row` is 0 where the newest
    file has none; `name` is "" where nobody is named, or what was sent was erased; `newest` where it was corrected."""

    row: int
    name: str
    reference: str
    status: str
    newest: str


def unconfirmed(connection: Connection, campaign_key: int) -> list[str]:
    """Since when lines are failed, in their newest attempt, of which Tango said so once only."""
    query = select(line_items.c.id, line_items.c.failed_at).select_from(LINES).where(
        line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), STATUS == RowStatus.FAILED,
        line_items.c.failed_again_at == "", batches.c.body.is_not(None), line_items.c.erased_at == "",
    )  # fmt: skip
    found = dict(connection.execute(query).all())
    history = replaced_lines.replaced(connection, campaign_key, found)
    return [at for line, at in found.items() if line not in history]


_WHOSE = (line_items.c.upload, line_items.c.row, line_items.c.identity)


def _alive(campaign_key: int) -> tuple[ColumnElement[bool], ...]:
    orders = order_sums.of_batches(campaign_key, ~order_sums.CURRENT, order_sums.STATUS.not_in(LOST))
    return line_items.c.batch.in_(orders), line_items.c.superseded.is_(True), STATUS.not_in(LOST)


def alive(connection: Connection, campaign_key: int) -> frozenset[tuple[int, int, bytes]]:
    """(upload, row, identity) of the lines of which an earlier attempt is not failed after all."""
    found = connection.execute(select(*_WHOSE).select_from(LINES).where(*_alive(campaign_key)))
    return frozenset((upload, row, bytes(identity)) for upload, row, identity in found)


def revived(connection: Connection, campaign_key: int, upload: int) -> list[Revived]:
    """The superseded lines that are not failed (or cancelled) after all, each with the status of its newest attempt; and
    those that were sent corrected, in another row."""
    query = select(*_WHOSE, line_items.c.reference, STATUS, batches.c.body).select_from(LINES)
    query = query.where(*_alive(campaign_key)).order_by(line_items.c.upload, line_items.c.row)
    lines = []
    for of, row, identity, reference, status, body in connection.execute(query):
        newest = select(line_items.c.id, STATUS).select_from(LINES).where(
            line_items.c.upload == of, line_items.c.row == row, line_items.c.identity == identity,
            line_items.c.superseded.is_(False),
        )  # fmt: skip
        number, now = connection.execute(newest.limit(1)).first() or (0, "")
        here = select(entries.c.row).where(entries.c.upload == upload, entries.c.line == number)
        shown = row if of == upload else connection.execute(here).scalar() or 0
        lines.append(Revived(int(shown), _name(body, reference), str(reference), str(status), str(now)))
    corrected = replaced_lines.healed(connection, campaign_key)
    return lines + [Revived(0, _name(body, ref), ref, status, "") for ref, status, body in corrected]


def _name(body: bytes | None, reference: str) -> str:
    """The recipient's name in the order that was sent."""
    if not body:
        return ""
    order = orjson.loads(unpack(body))
    lines = order.get("lineItems") or [{**order, "externalRefLineItemID": order.get("externalRefID")}]
    recipient: dict[str, str] = next(
        (one.get("recipient", {}) for one in lines if one["externalRefLineItemID"] == reference), {}
    )
    parts = (recipient.get("firstName"), recipient.get("lastName"))
    return " ".join(part for part in parts if part) or str(recipient.get("email", ""))


MOST = 1000  # rows that one event names


def failed_of_order(connection: Connection, campaign_key: int, reference: str) -> tuple[int, int]:
    """The number of the order in the ledger, and how many of its lines failed."""
    mine = (line_items.c.campaign == campaign_key, batches.c.reference == reference, STATUS == RowStatus.FAILED)
    query = select(func.max(line_items.c.batch), func.count()).select_from(LINES).where(*mine)
    number, lines = connection.execute(query).one()
    return int(number or 0), int(lines)


def failed_lines_of(connection: Connection, order: int) -> list[dict[str, Any]]:
    """Its failed lines: references, key and attempt; the row is that of the file that brought the line."""
    columns = (line_items.c.reference, line_items.c.tango_reference, line_items.c.key_text, line_items.c.row,
               line_items.c.attempt)  # fmt: skip
    query = select(*columns).select_from(LINES).where(line_items.c.batch == order, STATUS == RowStatus.FAILED)
    names = ("externalRefLineItemID", "referenceLineItemId", "key", "row", "attempt")
    rows = connection.execute(query.order_by(line_items.c.position).limit(MOST))
    return [dict(zip(names, row, strict=True)) for row in rows]
