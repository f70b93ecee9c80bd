"""What came of a campaign, that people are told of?  Events of the log, each once, however often a run is repeated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from campaign_runner.ledger import events
from campaign_runner.ledger.outbox import NOTABLE

FINISHED, CORRECTION, STOPPED, SHORT, APPROVAL = (
    "campaign finished", "rows need correction", "sending stopped", "funds short", "approval needed",
)  # fmt: skip
assert NOTABLE.issuperset({FINISHED, CORRECTION, STOPPED, SHORT, APPROVAL})


def note(
    connection: Connection, campaign_key: int, at: str, kind: str, same: tuple[str, ...] = (), **data: Any
) -> bool:
    """Write it into the log, unless the newest of its kind says the same: in all, or in the facts named by `same`."""
    newest = events.newest_of(connection, campaign_key, kind)
    names = same or tuple(data)
    if newest and all(newest["data"].get(name) == data[name] for name in names):
        return False
    events.append(connection, campaign_key, at, kind, **data)
    return True
