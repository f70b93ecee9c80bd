"""Which lines of an order failed?  As other programs are told: references and the campaign's own keys, nobody's name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from campaign_runner.ledger.line_columns import LINES, STATUS
from campaign_runner.ledger.schema import batches, line_items
from campaign_runner.model.lifecycle import RowStatus

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
