"""How does it go?  Failed lines of an upload among those that are final, and how its canary fares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, Select, case, func, select

from campaign_runner.ledger.line_columns import LINES
from campaign_runner.ledger.line_columns import STATUS as OF_LINE
from campaign_runner.ledger.order_sums import CURRENT, STATUS, TALLIES
from campaign_runner.ledger.schema import batches, line_items, tallies
from campaign_runner.model.lifecycle import LOST, BatchState

_ENDED = (BatchState.FINAL, BatchState.REFUSED, BatchState.REPLACED)


def ended(connection: Connection, upload: int, batch: int | None = None) -> dict[int, tuple[int, int]]:
    """(failed, lines) of each batch (or one) of which no line is open.

    A batch that was refused for some of its lines counts with all that it held: the others go on elsewhere.
    """
    failed, held = func.sum(case((STATUS.in_(LOST), tallies.c.lines), else_=0)), func.sum(tallies.c.lines)
    query = select(batches.c.id, batches.c.state, batches.c.lines, held, failed).select_from(TALLIES)
    query = query.where(tallies.c.upload == upload, CURRENT)
    query = query.where(batches.c.state.in_(_ENDED)).group_by(batches.c.id, batches.c.state, batches.c.lines)
    if batch is not None:
        query = query.where(batches.c.id == batch)
    return {number: (int(lost), whole if state == BatchState.REPLACED else int(lines))
            for number, state, whole, lines, lost in connection.execute(query)}  # fmt: skip


def canary(connection: Connection, upload: int) -> Mapping[str, int]:
    """The canary's lines of an upload by status."""
    query = select(STATUS, func.sum(tallies.c.lines)).select_from(TALLIES).group_by(STATUS)
    query = query.where(tallies.c.upload == upload, CURRENT, batches.c.canary)
    return {str(status): int(count) for status, count in connection.execute(query)}


def standing_canary(connection: Connection, campaign_key: int) -> Mapping[str, int]:
    """The lines of all canaries of a campaign that were sent, by the status of their newest attempt."""
    query = select(STATUS, func.sum(tallies.c.lines)).select_from(TALLIES).group_by(STATUS)
    query = query.where(
        tallies.c.campaign == campaign_key, CURRENT, batches.c.canary, batches.c.state != BatchState.PLANNED
    )
    counts = Counter({str(status): int(count) for status, count in connection.execute(query)})
    first = select(line_items.c.upload, line_items.c.row, line_items.c.identity).select_from(LINES)
    again = first.where(line_items.c.campaign == campaign_key, line_items.c.superseded, batches.c.canary)
    if any(connection.execute(_superseded_canaries(campaign_key))):
        for upload, row, identity in connection.execute(again).all():
            newest = select(OF_LINE).select_from(LINES).where(
                line_items.c.upload == upload, line_items.c.row == row, line_items.c.identity == identity,
                line_items.c.superseded.is_(False),
            )  # fmt: skip
            counts[str(connection.execute(newest.limit(1)).scalar())] += 1
    return counts


def _superseded_canaries(campaign_key: int) -> Select[tuple[int]]:
    query = select(tallies.c.batch).select_from(TALLIES)
    return query.where(tallies.c.campaign == campaign_key, ~CURRENT, batches.c.canary).limit(1)


def anything_unsent(connection: Connection, campaign_key: int) -> bool:
    """Is there anything planned that has not left yet?"""
    query = select(batches.c.id).where(batches.c.campaign == campaign_key, batches.c.state == BatchState.PLANNED)
    return connection.execute(query.limit(1)).first() is not None
