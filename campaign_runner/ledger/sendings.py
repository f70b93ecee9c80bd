"""What is a campaign to send, on whose word, and under which options?  Anyone who drives it keeps to that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, select, update

from campaign_runner.ledger import actors, events, jobs
from campaign_runner.ledger.schema import campaigns, uploads
from campaign_runner.ledger.submission_tables import sendings, submissions
from campaign_runner.model.actor import Actor

CANCELLED = "sending cancelled"


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
    return sendings_of(connection, [campaign_key]).get(campaign_key)


def sendings_of(connection: Connection, keys: Collection[int]) -> dict[int, Sending]:
    """The same of several campaigns."""
    by_key = {}
    for row in connection.execute(select(sendings).where(sendings.c.campaign.in_(keys))):
        actor = actors.unpacked(row.actor)
        assert actor is not None
        options = orjson.loads(row.options)
        by_key[row.campaign] = Sending(row.submission, row.plan, actor, row.at, options, row.refused)
    return by_key


def is_still_wanted(connection: Connection, campaign_key: int, plan: str) -> bool:
    """Whether a plan is still to be sent; until the transaction ends, nobody calls it off."""
    mine = select(sendings.c.plan).where(sendings.c.campaign == campaign_key).with_for_update()
    return connection.execute(mine).scalar() == plan


def call_off(connection: Connection, campaign_key: int, wish: Sending, at: str) -> None:
    """Nothing is to be sent any more; what was planned for it is taken back by the caller."""
    connection.execute(delete(sendings).where(sendings.c.campaign == campaign_key))
    upload = (
        connection.execute(select(func.max(uploads.c.id)).where(uploads.c.campaign == campaign_key)).scalar() or 0
    )
    events.append(connection, campaign_key, at, CANCELLED, plan=wish.plan, upload=upload)


def was_called_off(connection: Connection, campaign_key: int, upload: int) -> bool:
    """Whether the lines of an upload were taken back, because sending it was called off."""
    return any(event["data"]["upload"] == upload for event in events.of_kinds(connection, campaign_key, CANCELLED))


def refuse_sending(connection: Connection, campaign_key: int, why: str) -> None:
    """Say why a wish could not be carried out; "" where it can again."""
    connection.execute(update(sendings).where(sendings.c.campaign == campaign_key).values(refused=why))


# Work that has been due for so many seconds is nobody's: no worker is there.
ABANDONED = 60.0


class Stage(Enum):
    """How far workers are with a file: nobody left it to them, it waits or is sent, they are through or not there."""

    NONE, UNDER_WAY, OVER = "none", "under way", "over"


def stage_of(connection: Connection, environment: str, campaign_id: str, digest: str) -> Stage:
    """How far workers are with exactly these bytes of a campaign."""
    wished = select(sendings.c.campaign, sendings.c.refused)
    wished = wished.join(campaigns, campaigns.c.id == sendings.c.campaign)
    wished = wished.join(submissions, submissions.c.id == sendings.c.submission)
    mine = (campaigns.c.environment == environment, campaigns.c.campaign_id == campaign_id)
    row = connection.execute(wished.where(*mine, submissions.c.sha256 == digest)).first()
    if row is None:
        return Stage.NONE
    due = jobs.until_due(connection, jobs.DRIVE, str(row.campaign))
    return Stage.OVER if row.refused or due is None or due < -ABANDONED else Stage.UNDER_WAY
