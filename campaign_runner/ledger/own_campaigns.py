"""Which campaigns are somebody's own?  Those that they made, submitted a file to, or were given a share in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from campaign_runner.ledger import actors, people
from campaign_runner.ledger.schema import campaigns, events
from campaign_runner.ledger.submission_tables import submissions
from campaign_runner.model.actor import Actor


def newest_keys(connection: Connection, before: int | None = None) -> list[int]:
    """The numbers of all campaigns, the newest first; `before`: only those that are older."""
    query = select(campaigns.c.id).order_by(campaigns.c.id.desc())
    return list(connection.execute(query if before is None else query.where(campaigns.c.id < before)).scalars())


def own_campaigns(connection: Connection, actor: Actor, user: int, keys: Sequence[int]) -> set[int]:
    """Those of `keys` that are an account's own."""
    own = people.shared_with(connection, user)
    for start in range(0, len(keys), 500):
        portion = keys[start : start + 500]
        opened = select(events.c.campaign, events.c.actor).where(
            events.c.campaign.in_(portion), events.c.kind == "campaign opened"
        )
        submitted = (
            select(submissions.c.campaign, submissions.c.actor).where(submissions.c.campaign.in_(portion)).distinct()
        )
        for query in (opened, submitted):
            own |= {key for key, packed in connection.execute(query) if actor.is_same_user(actors.unpacked(packed))}
    return own & set(keys)
