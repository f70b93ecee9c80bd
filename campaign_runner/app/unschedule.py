"""unschedule: a scheduled sending is cancelled. Nothing has left: what was planned for it is taken back, and the file is
as before it was to be sent, with its approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_runner.app.halt import wish
from campaign_runner.ledger import adoption, campaigns, jobs, pauses, plans, sendings, submissions
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.app.runtime import Runtime


def unschedule_campaign(runtime: Runtime) -> str:
    """Cancel the scheduled sending of the campaign of the settings; returns what to show. Raises Conflict."""
    name = runtime.settings.campaign.id
    with wish(runtime, "cancel a sending") as (connection, key):
        if sendings.sending(connection, key):
            unschedule(connection, key, runtime.actor, runtime.at())
            then = "The planned orders were withdrawn. Run the file again to send them after all."
        else:
            _forget_the_time(connection, key, runtime.at())
            then = (
                "Only the next `run` of its file sends it. To cancel the planned orders, withdraw them: "
                f"campaign-runner withdraw {name} --reason TEXT"
            )
    return f"The campaign {name} is no longer scheduled. {then}"


def unschedule(connection: Connection, campaign_key: int, actor: Actor, at: str) -> None:
    """The same in a transaction of the caller's, of what workers are to send; the file is checked anew. Raises Conflict
    where nothing is scheduled, or something was sent."""
    campaigns.one_at_a_time(connection, campaign_key)
    wanted = require_scheduled(connection, campaign_key)
    sendings.call_off(connection, campaign_key, wanted, at)  # first: whoever writes the plan down now is waited for
    newest = submissions.latest(connection, campaign_key)
    assert newest is not None
    plans.withdraw_unsent(connection, campaign_key, at)
    pauses.schedule(connection, campaign_key, 0, at)
    if newest.upload:  # its bytes went with the plan that was written down
        newest = submissions.copy(connection, newest, actor, newest.channel, at, corrects=newest.id)
    jobs.want(connection, jobs.CHECK, newest.id, at)


def require_scheduled(connection: Connection, campaign_key: int) -> sendings.Sending:
    """The wish to send of a campaign of which nothing has left yet; raises Conflict."""
    wanted = sendings.sending(connection, campaign_key)
    if wanted is None or wanted.refused or not _is_scheduled(connection, campaign_key):
        raise Conflict("Nothing of this campaign is scheduled.")
    if adoption.sent_orders(connection, campaign_key):
        raise Conflict(
            "Orders of this campaign were sent before, so the schedule cannot be cancelled. Withdraw what was not "
            "sent instead."
        )
    return wanted


def _forget_the_time(connection: Connection, campaign_key: int, at: str) -> None:
    """Of a campaign that no worker is to send: what a run planned stays planned."""
    if not _is_scheduled(connection, campaign_key):
        raise Conflict("Nothing of this campaign is scheduled.")
    pauses.schedule(connection, campaign_key, 0, at)


def _is_scheduled(connection: Connection, campaign_key: int) -> bool:
    return pauses.of(connection, campaign_key).send_after > jobs.now(connection)
