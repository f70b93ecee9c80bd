"""What is a campaign to send, on whose word, and under which options?  Whoever drives it keeps to that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, select, update

from campaign_runner.ledger import actors, events
from campaign_runner.ledger.submission_tables import sendings
from campaign_runner.model.actor import Actor


class Sending(NamedTuple):
    """The plan of a submission that is to be sent, on whose word, and with which options."""

    submission: int
    plan: str
    actor: Actor
    at: str
    options: Mapping[str, Any]
    refused: str = ""


def want_sent(connection: Connection, campaign_key: int, wish: Sending) -> None:
    """Write down that a plan is to be sent, in place of an earlier wish."""
    connection.execute(delete(sendings).where(sendings.c.campaign == campaign_key))
    values = {"campaign": campaign_key, "submission": wish.submission, "plan": wish.plan, "at": wish.at,
              "actor": actors.packed(wish.actor), "options": orjson.dumps(dict(wish.options)).decode()}  # fmt: skip
    connection.execute(sendings.insert().values(**values))
    events.append(connection, campaign_key, wish.at, "sending wanted", plan=wish.plan)


def sending(connection: Connection, campaign_key: int) -> Sending | None:
    """What is to be sent of a campaign, None if nobody said so."""
    row = connection.execute(select(sendings).where(sendings.c.campaign == campaign_key)).one_or_none()
    if row is None:
        return None
    actor = actors.unpacked(row.actor)
    assert actor is not None
    return Sending(row.submission, row.plan, actor, row.at, orjson.loads(row.options), row.refused)


def refuse_sending(connection: Connection, campaign_key: int, why: str) -> None:
    """Say why a wish could not be carried out; "" where it can again."""
    connection.execute(update(sendings).where(sendings.c.campaign == campaign_key).values(refused=why))
