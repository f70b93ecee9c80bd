"""How is a scheduled sending called off?  Nothing has left: what was planned is taken back, and the file is as before it
was to be sent, with its approval."""

from __future__ import annotations

from sqlalchemy import Connection

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import adoption, campaigns, jobs, pauses, plans, sendings, submissions
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict


def cancel_sending(workspace: Workspace, campaign_key: int, actor: Actor) -> None:
    """Call a scheduled sending off; the file is checked anew. Raises Conflict where nothing is scheduled, or something
    was sent."""
    at = workspace.at()
    with workspace.ledger(actor).write("cancel a sending", durable=True) as connection:
        campaigns.one_at_a_time(connection, campaign_key)
        wish = require_scheduled(connection, campaign_key)
        sendings.call_off(connection, campaign_key, wish, at)  # first: whoever writes the plan down now is waited for
        newest = submissions.get(connection, wish.submission)
        plans.withdraw_unsent(connection, campaign_key, at)
        pauses.schedule(connection, campaign_key, 0, at)
        if newest.upload:  # its bytes went with the plan that was written down
            newest = submissions.copy(connection, newest, actor, newest.channel, at, corrects=newest.id)
        jobs.want(connection, jobs.CHECK, newest.id, at)


def require_scheduled(connection: Connection, campaign_key: int) -> sendings.Sending:
    """The wish to send of a campaign of which nothing has left yet; raises Conflict."""
    wish = sendings.sending(connection, campaign_key)
    scheduled = pauses.of(connection, campaign_key).send_after > jobs.now(connection)
    if wish is None or wish.refused or not scheduled:
        raise Conflict("Nothing of this campaign is scheduled.")
    if adoption.sent_orders(connection, campaign_key):
        raise Conflict(
            "Orders of this campaign were sent before, so this cannot be called off. Withdraw what was not sent instead."
        )
    return wish
