"""Which plans was somebody shown, and what was decided about them?  The newest decision about a plan counts.

All of it is read from the signed log of events: a row that somebody adds to the tables decides nothing. The tables are
for people who look into the ledger, and `audit verify` compares them with the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from campaign_runner.ledger import events
from campaign_runner.ledger.decision_tables import approvals, plans_shown
from campaign_runner.model.actor import Actor
from campaign_runner.model.contact import without_contacts

APPROVED, REJECTED = "approved", "rejected"


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan as it was shown first; `submitter` is who asked for it, `actor` the account under which they did,
    `event` the number and the hash of the event that says so."""

    identity: str
    file: str
    lines: int
    totals: Mapping[str, str]
    submitter: str
    at: str
    actor: Actor | None = None
    event: tuple[int, str] = (0, "")


@dataclass(frozen=True, slots=True)
class PlanDecision:
    """What `name` said about a plan, under the account `actor`: approved or rejected."""

    decision: str
    name: str
    reason: str
    at: str
    actor: Actor | None = None


def show(
    connection: Connection, campaign_key: int, identity: str, *, file: str, lines: int, totals: Mapping[str, Decimal],
    submitter: str, at: str, rule: Mapping[str, Any] | None = None,
) -> ShownPlan:  # fmt: skip
    """Remember that a plan was shown; one that is known already stays as it was shown first."""
    for known in shown(connection, campaign_key):
        if known.identity == identity:
            return known
    amounts, file = {currency: str(total) for currency, total in totals.items()}, without_contacts(file)
    values = {
        "file": file,
        "lines": lines,
        "totals": orjson.dumps(amounts).decode(),
        "submitter": submitter,
        "at": at,
    }
    connection.execute(insert(plans_shown).values(campaign=campaign_key, identity=identity, **values))
    events.append(
        connection, campaign_key, at, "plan shown", plan=identity, file=file, lines=lines, totals=amounts,
        submitter=submitter, **({"rule": rule} if rule else {}),
    )  # fmt: skip
    return next(plan for plan in shown(connection, campaign_key) if plan.identity == identity)


def shown(connection: Connection, campaign_key: int) -> list[ShownPlan]:
    """The plans of a campaign, newest first."""
    older = select(plans_shown.c.identity, plans_shown.c.file).where(plans_shown.c.campaign == campaign_key)
    files = dict(connection.execute(older).all())  # events of older versions do not name the file
    plans = [_shown(event, files) for event in events.of_kinds(connection, campaign_key, "plan shown")]
    return plans[::-1]


def decide(
    connection: Connection,
    campaign_key: int,
    identity: str,
    decision: PlanDecision,
    rule: Mapping[str, Any] | None = None,
) -> None:
    """Record an approval or a rejection, in the table and in the chain of events."""
    reason = without_contacts(decision.reason)
    values = {"decision": decision.decision, "name": decision.name, "reason": reason, "at": decision.at}
    connection.execute(insert(approvals).values(campaign=campaign_key, identity=identity, **values))
    further = {"reason": reason, "rule": rule}
    events.append(
        connection, campaign_key, decision.at, f"plan {decision.decision}", plan=identity, by=decision.name,
        **{name: value for name, value in further.items() if value},
    )  # fmt: skip


def latest(connection: Connection, campaign_key: int, identity: str) -> PlanDecision | None:
    """The decision that counts."""
    newest = None
    for event in events.of_kinds(connection, campaign_key, f"plan {APPROVED}", f"plan {REJECTED}"):
        if event["data"]["plan"] == identity:
            newest = event
    if newest is None:
        return None
    kind, data = newest["kind"].removeprefix("plan "), newest["data"]
    return PlanDecision(kind, data["by"], data.get("reason", ""), newest["at"], newest["actor"])


def decided(connection: Connection, keys: Collection[int]) -> dict[tuple[int, str], str]:
    """What was decided last about each plan of these campaigns: approved or rejected, by campaign and plan."""
    kinds = (f"plan {APPROVED}", f"plan {REJECTED}")
    log = events.of_campaigns(connection, keys, *kinds)
    return {(event["campaign"], event["data"]["plan"]): event["kind"].removeprefix("plan ") for event in log}


def _shown(event: Mapping[str, Any], files: Mapping[str, str]) -> ShownPlan:
    data = event["data"]
    file = data.get("file") or files.get(data["plan"], "")
    written = (event["id"], event["hash"])
    return ShownPlan(
        data["plan"], file, data["lines"], data["totals"], data["submitter"], event["at"], event["actor"], written
    )
