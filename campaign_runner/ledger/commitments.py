"""What money has been promised already?  Lines of any campaign that an account is still to pay for."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, not_, select

from campaign_runner.ledger.order_sums import CURRENT, STATUS, TALLIES
from campaign_runner.ledger.schema import batches, campaigns, tallies
from campaign_runner.model.lifecycle import LOST, BatchState

# An accepted order is charged already, so that it is in the balance; of these nobody knows, or it is still to come.
UNPAID = (BatchState.PLANNED, BatchState.SENDING, BatchState.UNKNOWN)


def unpaid(connection: Connection, environment: str, account: str, replanned: int) -> dict[str, int]:
    """Ten-thousandths per currency of what is planned, or sent without an answer, for an account.

    Left out: what the campaign `replanned` has planned for the first time, which its new plan replaces.
    """
    mine = and_(batches.c.campaign == replanned, batches.c.state == BatchState.PLANNED, batches.c.attempt == 1)
    query = (
        select(tallies.c.currency, func.sum(tallies.c.units))
        .select_from(TALLIES.join(campaigns, campaigns.c.id == tallies.c.campaign))
        .where(campaigns.c.environment == environment, campaigns.c.account == account)
        .where(batches.c.state.in_(UNPAID), CURRENT, not_(mine))
        .where(STATUS.not_in(LOST))
        .group_by(tallies.c.currency)
    )
    return {str(currency): int(units) for currency, units in connection.execute(query)}
