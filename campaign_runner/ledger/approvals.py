"""Which plans was somebody shown, and what was decided about them?  The newest decision about a plan counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from campaign_runner.ledger import events
from campaign_runner.ledger.schema import approvals, plans_shown

APPROVED, REJECTED = "approved", "rejected"


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan as it was shown first; `submitter` is who asked for it."""

    identity: str
    file: str
    lines: int
    totals: Mapping[str, str]
    submitter: str
    at: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What `name` said about a plan: approved or rejected."""

    decision: str
    name: str
    reason: str
    at: str


def show(
    connection: Connection, campaign: int, identity: str, *, file: str, lines: int, totals: Mapping[str, Decimal],
    submitter: str, at: str,
) -> ShownPlan:  # fmt: skip
    """Remember that a plan was shown; one that is known already stays as it was shown first."""
    for known in shown(connection, campaign):
        if known.identity == identity:
            return known
    told = {currency: str(total) for currency, total in totals.items()}
    values = {"file": file, "lines": lines, "totals": orjson.dumps(told).decode(), "submitter": submitter, "at": at}
    connection.execute(insert(plans_shown).values(campaign=campaign, identity=identity, **values))
    events.append(
        connection, campaign, at, "plan shown", plan=identity, lines=lines, totals=told, submitter=submitter
    )
    return ShownPlan(identity, file, lines, told, submitter, at)


def shown(connection: Connection, campaign: int) -> list[ShownPlan]:
    """The plans of a campaign, newest first."""
    query = select(plans_shown).where(plans_shown.c.campaign == campaign).order_by(plans_shown.c.at.desc())
    return [_shown(row) for row in connection.execute(query).mappings()]


def decide(connection: Connection, campaign: int, identity: str, decision: Decision) -> None:
    """Record an approval or a rejection, in the table and in the chain of events."""
    values = {"decision": decision.decision, "name": decision.name, "reason": decision.reason, "at": decision.at}
    connection.execute(insert(approvals).values(campaign=campaign, identity=identity, **values))
    said = {"reason": decision.reason} if decision.reason else {}
    events.append(
        connection, campaign, decision.at, f"plan {decision.decision}", plan=identity, by=decision.name, **said
    )


def latest(connection: Connection, campaign: int, identity: str) -> Decision | None:
    """The decision that counts."""
    query = select(approvals).where(approvals.c.campaign == campaign, approvals.c.identity == identity)
    row = connection.execute(query.order_by(approvals.c.id.desc()).limit(1)).mappings().one_or_none()
    return Decision(row["decision"], row["name"], row["reason"], row["at"]) if row else None


def _shown(row: Mapping[Any, Any]) -> ShownPlan:
    return ShownPlan(
        row["identity"], row["file"], row["lines"], orjson.loads(row["totals"]), row["submitter"], row["at"]
    )
