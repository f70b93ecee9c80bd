"""When is each accepted order thought of again, and until when is Tango's list of orders not relied on?"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from campaign_runner.ledger.schema import batches, campaigns
from campaign_runner.ledger.store import Ledger
from campaign_runner.model.lifecycle import BatchState


def postpone(ledger: Ledger, numbers: Iterable[int], due_at: float) -> None:
    """Batches that are not to be thought of before a moment; only those that are accepted still."""
    mine = (batches.c.id == bindparam("number"), batches.c.state == BatchState.ACCEPTED)
    postponed = [{"number": number} for number in numbers]
    if postponed:
        with ledger.write("postpone orders") as connection:
            connection.execute(update(batches).where(*mine).values(due_at=due_at), postponed)


def list_doubted_until(ledger: Ledger, campaign_key: int) -> float:
    """The moment (seconds since 1970)."""
    with ledger.read() as connection:
        query = select(campaigns.c.list_doubted_until).where(campaigns.c.id == campaign_key)
        return float(connection.execute(query).scalar_one())


def doubt_list(ledger: Ledger, campaign_key: int, until: float) -> None:
    """The list was found wrong, or is not to be had."""
    with ledger.write("doubt the list of orders") as connection:
        mine = update(campaigns).where(campaigns.c.id == campaign_key)
        connection.execute(mine.values(list_doubted_until=until))
