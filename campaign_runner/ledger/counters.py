"""How much of everything is there?  Sums for anyone who watches over the server; none names a person or a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from campaign_runner.ledger import jobs
from campaign_runner.ledger.people_tables import sessions, users
from campaign_runner.ledger.schema import batches, campaigns, tallies
from campaign_runner.ledger.submission_tables import jobs as jobs_table


class Counter(NamedTuple):
    """A name, what it counts, and its values by their labels."""

    name: str
    what: str
    values: list[tuple[Mapping[str, str], float]]


def count_all(connection: Connection) -> list[Counter]:
    """In the order in which they are shown."""
    lines = (
        select(campaigns.c.environment, tallies.c.status, func.sum(tallies.c.lines))
        .join(campaigns, campaigns.c.id == tallies.c.campaign)
        .where(tallies.c.superseded.is_(False))
        .group_by(campaigns.c.environment, tallies.c.status)
    )
    orders = (
        select(campaigns.c.environment, batches.c.state, func.count())
        .join(campaigns, campaigns.c.id == batches.c.campaign)
        .group_by(campaigns.c.environment, batches.c.state)
    )
    waiting = select(jobs_table.c.kind, func.count(), func.sum(jobs_table.c.failures)).group_by(jobs_table.c.kind)
    kinds = list(connection.execute(waiting))
    return [
        Counter("lines", "Line items by environment and status.", [
            ({"environment": environment, "status": status}, float(number))
            for environment, status, number in connection.execute(lines)
        ]),
        Counter("orders", "Orders by environment and state.", [
            ({"environment": environment, "state": state}, float(number))
            for environment, state, number in connection.execute(orders)
        ]),
        Counter("jobs", "Jobs that wait or are under way.", [({"kind": kind}, float(n)) for kind, n, _ in kinds]),
        Counter("job_failures", "Failures in a row of these jobs.", [({"kind": k}, float(n or 0)) for k, _, n in kinds]),
        Counter("job_longest_due_seconds", "How long the oldest job that no worker has taken has been due.", [
            ({}, jobs.longest_due(connection))
        ]),
        Counter("campaigns", "Campaigns.", [({}, _all(connection, campaigns))]),
        Counter("users", "Accounts.", [({}, _all(connection, users))]),
        Counter("sessions", "Sessions that were not ended.", [({}, _all(connection, sessions))]),
    ]  # fmt: skip


def _all(connection: Connection, table: object) -> float:
    return float(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]
