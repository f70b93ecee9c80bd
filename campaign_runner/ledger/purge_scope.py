"""What may a purge touch?  Orders that are final, campaigns of which a file is old enough."""

from __future__ import annotations

from sqlalchemy import select

from campaign_runner.ledger import Ledger, erasure
from campaign_runner.ledger.schema import batches, campaigns, uploads
from campaign_runner.model.lifecycle import OPEN_BATCHES


def references_of(ledger: Ledger, *, still: bool, campaign_id: str = "") -> frozenset[str]:
    """The references of orders that are still open, or that are not."""
    states = batches.c.state.in_(OPEN_BATCHES) if still else batches.c.state.not_in(OPEN_BATCHES)
    query = select(batches.c.reference).join(campaigns, campaigns.c.id == batches.c.campaign).where(states)
    if campaign_id:
        query = query.where(campaigns.c.campaign_id == campaign_id)
    with ledger.read() as connection:
        return frozenset(connection.execute(query).scalars())


def campaigns_before(ledger: Ledger, before: str) -> list[str]:
    """The campaigns of which a file is old enough."""
    query = select(campaigns.c.campaign_id).join(uploads, uploads.c.campaign == campaigns.c.id)
    with ledger.read() as connection:
        return list(connection.execute(query.where(uploads.c.created_at < before, erasure.KEPT).distinct()).scalars())
