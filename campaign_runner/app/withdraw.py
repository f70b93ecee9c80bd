"""withdraw: what was planned and never sent is taken back; its rows are cancelled, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_runner.app.halt import wish, with_reason
from campaign_runner.ledger import jobs, pauses, sendings, submissions, withdrawal
from campaign_runner.ledger.withdrawal import Withdrawn
from campaign_runner.model.money import from_units
from campaign_runner.model.wording import count, per_currency

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.app.runtime import Runtime


def withdraw_campaign(runtime: Runtime, reason: str) -> tuple[Withdrawn, str]:
    """Take back what never left of the campaign of the settings; returns the result, and what to show."""
    with wish(runtime, "withdraw a campaign") as (connection, key):
        withdrawn = withdraw(connection, key, reason, runtime.at())
    return withdrawn, told(withdrawn, runtime.settings.campaign.id)


def withdraw(connection: Connection, key: int, reason: str, at: str) -> Withdrawn:
    """The same in a transaction of the caller's. What workers are to send and did not plan yet is called off: it is as
    before somebody said so, with its approval."""
    why, called_off = with_reason(reason), _called_off(connection, key, at)
    return withdrawal.withdraw(connection, key, why, at)._replace(called_off=called_off)


def _called_off(connection: Connection, key: int, at: str) -> bool:
    wanted = sendings.sending(connection, key)
    if wanted is None or submissions.get(connection, wanted.submission).upload:
        return False
    sendings.call_off(connection, key, wanted, at)  # whoever writes the plan down now is waited for
    pauses.schedule(connection, key, 0, at)
    newest = submissions.latest(connection, key)  # a later file came meanwhile, or the same
    jobs.want(connection, jobs.CHECK, newest.id if newest else wanted.submission, at)
    return True


def told(withdrawn: Withdrawn, campaign_id: str) -> str:
    """Its result, in up to three sentences."""
    if withdrawn.called_off and not (withdrawn.lines or withdrawn.attempts):
        return (
            f"Withdrawn: the campaign {campaign_id} is not sent. Nothing of it was planned yet, and nothing was sent."
        )
    if not (withdrawn.lines or withdrawn.attempts):
        return f"Nothing of the campaign {campaign_id} was waiting to be sent, so nothing was withdrawn."
    worth = per_currency({currency: from_units(units) for currency, units in withdrawn.units.items()})
    lines = f"{count(withdrawn.lines, 'line')} ({worth}) will not be sent" if withdrawn.lines else ""
    attempts = f"{count(withdrawn.attempts, 'failed line')} will not be placed again" if withdrawn.attempts else ""
    what = "; ".join(filter(None, (lines, attempts)))
    return (
        f"Withdrawn: {what}. Sending the same file again does not send them. To send a row after all, release it: "
        f"campaign-runner release {campaign_id} ROW --reason TEXT"
    )
