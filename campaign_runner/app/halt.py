"""halt: nothing new of a campaign leaves until it is resumed; what left is followed.

Nobody is waited for: anyone who works on the campaign meanwhile, on whatever machine, obeys from its next order on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from campaign_runner.app.session import name_of, tell_older
from campaign_runner.ledger import campaigns, integrity, jobs, open_ledger, pauses, upload_progress
from campaign_runner.ledger.sendings import sending
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.app.runtime import Runtime
    from campaign_runner.app.session import CampaignSession


def halt_campaign(runtime: Runtime, reason: str) -> str:
    """Halt the campaign of the settings; returns what to show. Raises UsageError without a reason."""
    with wish(runtime, "halt a campaign") as (connection, key):
        halt(connection, key, reason, runtime.at())
        return pauses.of(connection, key).sentence(0, runtime.settings.campaign.id)


def halt(connection: Connection, key: int, reason: str, at: str) -> None:
    """The same in a transaction of the caller's."""
    pauses.halt(connection, key, with_reason(reason), at)


def paused(campaign: CampaignSession) -> str:
    """Why what is left of a campaign does not leave now; "" where it may, or nothing is left."""
    with campaign.ledger.read() as connection:
        now = campaign.runtime.clock.now().timestamp()
        pause = pauses.of(connection, campaign.key)
        if not pause.holds(now) or not upload_progress.anything_unsent(connection, campaign.key):
            return ""
    return pause.sentence(now, campaign.runtime.settings.campaign.id)


@contextmanager
def wish(runtime: Runtime, what: str) -> Iterator[tuple[Connection, int]]:
    """A transaction in which a wish is written down, and the campaign's number. The campaign is not held for it: the run
    or worker that has it obeys. Raises UsageError for a campaign that the ledger does not know."""
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        tell_older(runtime, ledger)
        integrity.require_whole(ledger)
        with ledger.write(what, durable=True, noting=name_of(runtime)) as connection:
            environment, campaign_id = runtime.settings.tango.environment, runtime.settings.campaign.id
            yield connection, campaigns.find(connection, environment, campaign_id)


def with_reason(reason: str) -> str:
    """The reason, as it is recorded; raises UsageError without one."""
    if not reason.strip():
        raise UsageError("Give a reason with --reason; it is recorded in the ledger.")
    return reason.strip()


def drive_again(connection: Connection, key: int, at: str, *, in_seconds: float = 0) -> None:
    """Where workers send the campaign, they are to go on with it."""
    if sending(connection, key):
        jobs.want(connection, jobs.DRIVE, key, at, in_seconds=in_seconds)
