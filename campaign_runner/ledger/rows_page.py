"""Which rows of an upload, page by page?  By status, and by what a person types: a row number, a reference, a key, or the
keyed hash of an e-mail address, a phone number or a name.  The rest of a million rows is not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from campaign_runner.ledger import order_sums
from campaign_runner.ledger.line_columns import LINES, STATUS, UNITS
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import NAMED, batches, entries, line_items, tallies, uploads

# Orders with this many lines together are read whole to find those of a status; more are met soon enough row by row.
FEW = 20_000


class RowQuery(NamedTuple):
    """What is looked for; empty = everything. `hashes` are those of a recipient, `lines` keys of line items, `rows` numbers
    of rows that brought a line."""

    status: str = ""
    row: int = 0
    text: str = ""
    hashes: Sequence[bytes] = ()
    lines: Sequence[int] = ()
    rows: Sequence[int] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether rows without a line can only be meant by their number or reference."""
        return bool(self.row or self.text or self.hashes or self.lines or self.rows)


_LINE = (
    STATUS.label("status"), line_items.c.reason, line_items.c.reference, batches.c.reference.label("order"),
    batches.c.tango_order_id, UNITS.label("units"), line_items.c.currency, line_items.c.utid, line_items.c.method,
    line_items.c.updated_at, line_items.c.batch, line_items.c.position,
)  # fmt: skip


def page(connection: Connection, upload: int, wanted: RowQuery, after: int, limit: int) -> list[dict[str, Any]]:
    """The next rows behind row `after`, in the order of the file, at most `limit`."""
    rows: dict[int, dict[str, Any]] = {}
    for lines in _sources(upload):
        for few, where in _narrowed(connection, lines, wanted):
            query = _few(lines, upload, after) if few else _many(lines, upload, after)
            rows |= {row["row"]: dict(row) for row in connection.execute(query.where(where).limit(limit)).mappings()}
    for query in _others(upload, wanted, after):
        rows |= {row["row"]: dict(row) for row in connection.execute(query.limit(limit)).mappings()}
    return [rows[row] for row in sorted(rows)][:limit]


class _Lines(NamedTuple):
    """Lines of an upload: its own, or those that it knows from earlier ones; `sums` are those of their orders."""

    query: Select[Any]
    upload: ColumnElement[int]
    row: ColumnElement[int]
    sums: ColumnElement[bool]


def _sources(upload: int) -> tuple[_Lines, _Lines]:
    campaign = select(uploads.c.campaign).where(uploads.c.id == upload).scalar_subquery()
    own = select(line_items.c.row, *_LINE).select_from(LINES).where(line_items.c.superseded.is_(False))
    known = select(entries.c.row, *_LINE).select_from(LINES.join(entries, entries.c.line == line_items.c.id))
    earlier = (tallies.c.campaign == campaign) & (tallies.c.upload != upload)
    return (_Lines(own, line_items.c.upload, line_items.c.row, tallies.c.upload == upload),
            _Lines(known, entries.c.upload, entries.c.row, earlier))  # fmt: skip


def _many(lines: _Lines, upload: int, after: int) -> Select[Any]:
    return lines.query.where(lines.upload == upload, lines.row > after).order_by(lines.row)


def _few(lines: _Lines, upload: int, after: int) -> Select[Any]:
    """Not by the index of the rows: whatever else is asked for finds them."""
    return lines.query.where(lines.upload + 0 == upload, lines.row + 0 > after).order_by(lines.row + 0)


def _narrowed(connection: Connection, lines: _Lines, wanted: RowQuery) -> Iterator[tuple[bool, ColumnElement[bool]]]:
    """How the wanted lines are come by: whether they are few, so that they are read before they are put in order, and
    which they are. Each by an index of its own: an OR of them all would go through a million rows."""
    status: ColumnElement[bool] = STATUS.in_([wanted.status]) if wanted.status else true()
    if wanted.is_narrow:
        if wanted.row:
            yield False, status & (lines.row == wanted.row)
        if wanted.rows:
            yield False, status & lines.row.in_(wanted.rows)
        yield from ((True, status & one) for one in _marks(wanted))
    elif not wanted.status:
        yield False, status
    else:  # the sums of the orders know where lines of a status are
        holding = _holding(lines.sums, wanted.status)
        query = select(func.count(), func.coalesce(func.sum(batches.c.lines), 0))
        number, many = connection.execute(query.where(batches.c.id.in_(holding))).one()
        if number:
            few = int(many) <= FEW
            yield few, status & line_items.c.batch.in_(holding) if few else status


def _holding(sums: ColumnElement[bool], status: str) -> Select[Any]:
    where = (order_sums.CURRENT, sums, order_sums.STATUS.in_([status]))
    return select(tallies.c.batch).select_from(order_sums.TALLIES).where(*where)


def has_status(connection: Connection, upload: int, status: str) -> bool:
    """Whether lines that an upload brought have this status."""
    return connection.execute(_holding(tallies.c.upload == upload, status).limit(1)).first() is not None


def _marks(wanted: RowQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.text:
        yield line_items.c.reference == wanted.text
        yield line_items.c.batch.in_(select(batches.c.id).where(batches.c.reference == wanted.text))
        yield line_items.c.key_text == wanted.text
    if wanted.hashes:
        yield line_items.c.person.in_(list(wanted.hashes))
        yield line_items.c.alias.in_(list(wanted.hashes))
    if wanted.lines:
        yield line_items.c.id.in_(list(wanted.lines))


def _others(upload: int, wanted: RowQuery, after: int) -> Iterator[Select[Any]]:
    """Rejected, held and dropped rows; by number and by reference each with an index of its own."""
    if wanted.lines or wanted.rows:
        return
    query = select(
        entries.c.row, entries.c.status, entries.c.reason, entries.c.reference, entries.c.units, entries.c.currency,
        entries.c.remedy,
    ).where(entries.c.upload == upload, entries.c.line.is_(None))  # fmt: skip
    query = query.where(entries.c.status == wanted.status) if wanted.status else query
    behind = query.where(entries.c.row > after)
    if not wanted.is_narrow:
        yield behind.order_by(entries.c.row)
    if wanted.row:
        yield behind.where(entries.c.row == wanted.row)
    if wanted.text:
        named = (entries.c.reference == wanted.text, NAMED, entries.c.row + 0 > after)
        yield query.where(*named).order_by(entries.c.row + 0)


def recipients(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """The payloads of these rows, by row number, from the orders that hold them."""
    places: dict[int, dict[int, int]] = {}
    for row in rows:
        if row.get("batch"):
            places.setdefault(row["batch"], {})[row["position"]] = row["row"]
    people: dict[int, dict[str, Any]] = {}
    query = select(batches.c.id, batches.c.body).where(batches.c.id.in_(list(places)), batches.c.body.is_not(None))
    for batch, body in connection.execute(query):
        order = orjson.loads(unpack(body))
        lines = order.get("lineItems", [order])
        people |= {row: lines[at] for at, row in places[batch].items() if at < len(lines)}
    return people
