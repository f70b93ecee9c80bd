"""Whose name or contact data holds what a person typed?  The orders of a campaign are read through, as they were sent.

Whole names and addresses are found by their keyed hashes (`rows_page`); only what those do not find is looked for here.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from sqlalchemy import Connection, select

from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import batches, line_items
from campaign_runner.model.recipient_text import name_and_ways

# As many lines are found at most: whoever meets more types more of the name.
MOST = 5_000


def lines_with(connection: Connection, campaign_key: int, part: str) -> list[int]:
    """The keys of line items whose recipient's name, e-mail address or phone number holds `part`, whatever its case."""
    query = select(batches.c.id, batches.c.body).where(
        batches.c.campaign == campaign_key, batches.c.body.is_not(None)
    )
    found: list[int] = []
    for batch, body in connection.execute(query.execution_options(yield_per=50)):
        positions = list(_positions(unpack(body), part.casefold()))
        if positions:
            lines = select(line_items.c.id).where(line_items.c.batch == batch, line_items.c.position.in_(positions))
            found += connection.scalars(lines)
        if len(found) >= MOST:
            break
    return found[:MOST]


def _positions(body: bytes, part: str) -> Iterator[int]:
    if part not in body.decode().casefold():
        return
    order = orjson.loads(body)
    for position, line in enumerate(order.get("lineItems", [order])):
        name, ways = name_and_ways(line)
        if any(part in one.casefold() for one in (name, *ways)):
            yield position
