"""Which rows of an upload, page by page?  By status, and by what a person types: a row number, a reference, a key, or the
keyed hash of an e-mail address, a phone number or a name.  The rest of a million rows is not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, or_, select

from campaign_runner.ledger.line_columns import LINES, STATUS, UNITS
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import batches, entries, line_items


class Wanted(NamedTuple):
    """What is looked for; empty = everything. `hashes` are those of a recipient."""

    status: str = ""
    row: int = 0
    text: str = ""
    hashes: Sequence[bytes] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether rows without a line can only be meant by their number or reference."""
        return bool(self.row or self.text or self.hashes)


_LINE = (
    STATUS.label("status"), line_items.c.reason, line_items.c.reference, batches.c.reference.label("order"),
    batches.c.tango_order_id, UNITS.label("units"), line_items.c.currency, line_items.c.utid, line_items.c.method,
    line_items.c.updated_at, line_items.c.batch, line_items.c.position,
)  # fmt: skip


def page(connection: Connection, upload: int, wanted: Wanted, after: int, limit: int) -> list[dict[str, Any]]:
    """The next rows behind row `after`, in the order of the file, at most `limit`."""
    own = select(line_items.c.row, *_LINE).select_from(LINES)
    own = own.where(line_items.c.upload == upload, line_items.c.superseded.is_(False), line_items.c.row > after)
    known = select(entries.c.row, *_LINE).select_from(LINES.join(entries, entries.c.line == line_items.c.id))
    known = known.where(entries.c.upload == upload, entries.c.row > after)
    queries = [_lines(own, line_items.c.row, wanted), _lines(known, entries.c.row, wanted)]
    queries += [] if wanted.hashes else [_others(upload, wanted, after)]
    rows = [dict(row) for query in queries for row in connection.execute(query.limit(limit)).mappings()]
    return sorted(rows, key=lambda row: row["row"])[:limit]


def _lines(query: Select[Any], row: ColumnElement[int], wanted: Wanted) -> Select[Any]:
    query = query.where(STATUS.in_([wanted.status])) if wanted.status else query
    if wanted.is_narrow:
        one: list[Any] = [row == wanted.row] if wanted.row else []
        text = wanted.text
        one += (
            [line_items.c.reference == text, batches.c.reference == text, line_items.c.key_text == text]
            if text
            else []
        )
        hashes = list(wanted.hashes)
        one += [line_items.c.person.in_(hashes), line_items.c.alias.in_(hashes)] if hashes else []
        query = query.where(or_(*one))
    return query.order_by(row)


def _others(upload: int, wanted: Wanted, after: int) -> Select[Any]:
    """Rejected, held and dropped rows."""
    query = select(
        entries.c.row, entries.c.status, entries.c.reason, entries.c.reference, entries.c.units, entries.c.currency,
        entries.c.remedy,
    ).where(entries.c.upload == upload, entries.c.line.is_(None), entries.c.row > after)  # fmt: skip
    query = query.where(entries.c.status == wanted.status) if wanted.status else query
    if wanted.is_narrow:
        named = [entries.c.reference == wanted.text] if wanted.text else []
        query = query.where(or_(entries.c.row == wanted.row, *named))
    return query.order_by(entries.c.row)


def recipients(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """The payloads of these rows, by row number, from the orders that hold them."""
    places: dict[int, dict[int, int]] = {}
    for row in rows:
        if row.get("batch"):
            places.setdefault(row["batch"], {})[row["position"]] = row["row"]
    found: dict[int, dict[str, Any]] = {}
    query = select(batches.c.id, batches.c.body).where(batches.c.id.in_(list(places)), batches.c.body.is_not(None))
    for batch, body in connection.execute(query):
        order = orjson.loads(unpack(body))
        lines = order.get("lineItems", [order])
        found |= {row: lines[at] for at, row in places[batch].items() if at < len(lines)}
    return found
