"""Which rows are for somebody whose name, address or number holds a text?  A page at a time, in the order of the file.

Rows that the newest file brought are read from its texts until the page is full. Of rows that an earlier file brought,
some thousand are found at most; where an older program planned it, in its orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, select

from campaign_runner.ledger import recipient_texts
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.rows_page import RowQuery, has_status, page
from campaign_runner.ledger.schema import batches, line_items, tallies
from campaign_runner.model.contact import name_and_ways

# As many lines of earlier files are found at most: whoever meets more types more of the name.
MOST = 5_000
AT_ONCE = 500


def page_with(
    connection: Connection, campaign_key: int, upload: int, status: str, part: str, after: int, limit: int
) -> list[dict[str, Any]]:  # fmt: skip
    """The next rows behind row `after` whose recipient holds `part`, whatever its case, at most `limit`."""
    rows = _own(connection, upload, status, part, after, limit)
    lines: list[int] = []
    for file in connection.scalars(
        select(tallies.c.upload).where(tallies.c.campaign == campaign_key).distinct()
    ).all():
        if not recipient_texts.has_any(connection, file):
            lines += _in_orders(connection, file, part)
        elif file != upload:
            lines += _in_texts(connection, file, part)
    if lines:
        wanted = RowQuery(status, lines=lines[:MOST])
        rows |= {row["row"]: row for row in page(connection, upload, wanted, after, limit)}
    return [rows[row] for row in sorted(rows)][:limit]


def _own(
    connection: Connection, upload: int, status: str, part: str, after: int, limit: int
) -> dict[int, dict[str, Any]]:  # fmt: skip
    rows: dict[int, dict[str, Any]] = {}
    if status and not has_status(connection, upload, status):
        return rows
    waiting: list[int] = []
    for following, numbers in recipient_texts.rows_with(connection, upload, part, after):
        waiting = sorted([*waiting, *numbers])
        while len(waiting) >= limit or (waiting and following == recipient_texts.END):
            few, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            rows |= {row["row"]: row for row in page(connection, upload, RowQuery(status, rows=few), after, limit)}
            if sum(row < min([following, *waiting[:1]]) for row in rows) >= limit:
                return rows
    return rows


def _in_texts(connection: Connection, upload: int, part: str) -> list[int]:
    lines: list[int] = []
    for _, numbers in recipient_texts.rows_with(connection, upload, part):
        for start in range(0, len(numbers), AT_ONCE):
            mine = (line_items.c.upload == upload, line_items.c.row.in_(numbers[start : start + AT_ONCE]))
            lines += connection.scalars(select(line_items.c.id).where(*mine, line_items.c.superseded.is_(False)))
        if len(lines) >= MOST:
            break
    return lines


def _in_orders(connection: Connection, upload: int, part: str) -> list[int]:
    of_file = batches.c.id.in_(select(tallies.c.batch).where(tallies.c.upload == upload))
    query = select(batches.c.id, batches.c.body).where(of_file, batches.c.body.is_not(None))
    lines: list[int] = []
    for batch, body in connection.execute(query.execution_options(yield_per=50)):
        positions = list(_positions(unpack(body), part.casefold()))
        if positions:
            mine = (line_items.c.batch == batch, line_items.c.position.in_(positions))
            lines += connection.scalars(select(line_items.c.id).where(*mine))
        if len(lines) >= MOST:
            break
    return lines


def _positions(body: bytes, part: str) -> Iterator[int]:
    text = body.decode().casefold()
    if not all(orjson.dumps(word).decode()[1:-1] in text for word in part.split()):  # first and last name stand apart
        return
    order = orjson.loads(body)
    for position, line in enumerate(order.get("lineItems", [order])):
        name, ways = name_and_ways(line)
        if any(part in one.casefold() for one in (name, *ways)):
            yield position
