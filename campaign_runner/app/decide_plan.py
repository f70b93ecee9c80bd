"""Who approves or rejects a plan, signed in?  Exactly the plan that they were shown, in the transaction that checks that
they had no part in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.approve import rules_in_force
from campaign_runner.app.views.campaigns import newest
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import approvals, integrity
from campaign_runner.ledger.approvals import APPROVED, REJECTED, PlanDecision, ShownPlan
from campaign_runner.ledger.participants import made_approver_by, participants
from campaign_runner.model.actor import SIGNED_IN, Actor
from campaign_runner.model.errors import Conflict, Forbidden, UsageError
from campaign_runner.model.wording import count, per_currency
from campaign_runner.preflight.approval_policy import objection
from campaign_runner.settings import Settings

LONGEST_REASON = 1000


def decide_plan(
    workspace: Workspace, campaign_key: int, plan: str, actor: Actor, *, reject: bool = False, reason: str = ""
) -> dict[str, Any]:
    """Approve a plan, or reject it with a reason. Raises Conflict where it is not the newest, Forbidden for somebody who
    had a part in it."""
    reason, decision = reason.strip()[:LONGEST_REASON], REJECTED if reject else APPROVED
    if reject and not reason:
        raise UsageError("Give a reason: it is shown to the person who submitted the plan.")
    settings, ledger = workspace.settings_of(campaign_key), workspace.ledger(actor)
    integrity.require_whole(ledger)
    with ledger.write("decide a plan", durable=True, noting=workspace.name_of(settings)) as connection:
        shown = newest_shown(connection, campaign_key, plan)
        why = "" if reject else against(connection, campaign_key, shown, actor, settings)
        if why:
            raise Forbidden(f"{why[0].upper()}{why[1:]}. Nothing was recorded.")
        made = PlanDecision(decision, actor.user, reason, workspace.at(), actor)
        approvals.decide(connection, campaign_key, plan, made, settings.approval_rule)
    return {"plan": plan, "decision": decision, "by": actor.user, "at": made.at, "says": _sentence(shown, made)}


def newest_shown(connection: Connection, campaign_key: int, plan: str) -> ShownPlan:
    """The plan of the newest upload, if it is this one; raises Conflict."""
    _, check, _ = newest(connection, campaign_key)
    if not plan or not check or check.plan != plan:
        raise Conflict(
            "This is not the newest plan: the file, a decision or a setting changed since. Look at it again."
        )
    return next(one for one in approvals.shown(connection, campaign_key) if one.identity == plan)


def against(
    connection: Connection,
    campaign_key: int,
    shown: ShownPlan,
    actor: Actor | None,
    settings: Settings,
    name: str = "",
) -> str:
    """Why somebody may not approve a plan; "" where they may."""
    others = participants(connection, campaign_key, shown.identity)
    approver = name or (actor.user if actor else "")
    day = (datetime.fromisoformat(shown.at) - timedelta(days=1)).isoformat()
    makers = made_approver_by(connection, actor.user, day) if actor and actor.kind in SIGNED_IN else []
    if any(maker.is_same_user(other) for maker in makers for other in others):
        return (
            f"{approver} was made an approver by a person who took part in this plan; another person must approve it"
        )
    rules = rules_in_force(connection, settings.approval)
    return objection(approver, actor, rules, (shown.submitter,), (shown.actor,), others)


def _sentence(shown: ShownPlan, made: PlanDecision) -> str:
    worth = per_currency({currency: Decimal(total) for currency, total in shown.totals.items()})
    return f"{shown.file}, {count(shown.lines, 'line')}, {worth}: {made.decision} by {made.name}."
