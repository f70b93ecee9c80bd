"""How does it go?  Failed lines of an upload among those that are final, and how its canary fares."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, case, func, select

from campaign_runner.ledger.schema import batches, tallies
from campaign_runner.ledger.tallies import CURRENT, STATUS, TALLIES
from campaign_runner.lifecycle import LOST, BatchState

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


def anything_unsent(connection: Connection, campaign: int) -> bool:
    """Is there anything planned that has not left yet?"""
    query = select(batches.c.id).where(batches.c.campaign == campaign, batches.c.state == BatchState.PLANNED)
    return connection.execute(query.limit(1)).first() is not None
