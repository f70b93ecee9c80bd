"""Did somebody mean it?  A plan is shown, approved or rejected under its identity, and run only as it was approved.

The names are what people say of themselves (`--as`, else the user of this machine). The account of the machine under
which they said it stands beside it in the ledger's signed chain of events, from which alone decisions are read: anyone who
submitted a file cannot approve it from the same account under another name.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import name_of, tell_older
from campaign_runner.ledger import approvals, campaigns, integrity, open_ledger, people
from campaign_runner.ledger.approvals import APPROVED, REJECTED, PlanDecision, ShownPlan
from campaign_runner.ledger.participants import participants
from campaign_runner.model.errors import UsageError
from campaign_runner.model.wording import count, per_currency
from campaign_runner.preflight.approval_policy import objection

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.settings.sections import ApprovalSection

SHORTEST = 8


@dataclass(frozen=True)
class DecidedPlan:
    """Which plan was approved or rejected, by whom."""

    plan: str
    file: str
    lines: int
    totals: Mapping[str, str]
    decision: str
    by: str

    @property
    def sentence(self) -> str:
        """For people."""
        worth = per_currency({currency: Decimal(total) for currency, total in self.totals.items()})
        what = f"Plan {self.plan[:12]} of {self.file}, {count(self.lines, 'line')}, {worth}"
        return f"{what}: {self.decision} by {self.by}."


def approve_plan(runtime: Runtime, prefix: str, name: str) -> DecidedPlan:
    """Approve a plan. Raises UsageError for somebody who may not, and for an unknown plan."""
    return _decide(runtime, prefix, name, APPROVED, "")


def reject_plan(runtime: Runtime, prefix: str, name: str, reason: str) -> DecidedPlan:
    """Say no to a plan, with a reason; `run` refuses it from now on."""
    if not reason.strip():
        raise UsageError("Give a reason with --reason; it is shown to the person who runs the plan.")
    return _decide(runtime, prefix, name, REJECTED, reason.strip())


def submitter(runtime: Runtime) -> str:
    """Who submits the file: `--as`, else [approval] submitter, else the user of this machine."""
    name = runtime.submitter.strip() or runtime.settings.approval.submitter.strip()
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"


def rules_in_force(connection: Connection, rules: ApprovalSection) -> ApprovalSection:
    """[approval] with its `identity` said: anyone who only says a name counts while the ledger has no users."""
    if rules.identity:
        return rules
    return rules.model_copy(update={"identity": "signed-in" if people.number(connection) else "declared"})


def _may_approve(connection: Connection, plan: ShownPlan, campaign_key: int, runtime: Runtime, name: str) -> None:
    rules = rules_in_force(connection, runtime.settings.approval)
    others = participants(connection, campaign_key, plan.identity)
    if against := objection(name, runtime.actor, rules, (plan.submitter,), (plan.actor,), others):
        raise UsageError(f"{against[0].upper()}{against[1:]}. Nothing was recorded.")


def _decide(runtime: Runtime, prefix: str, name: str, decision: str, reason: str) -> DecidedPlan:
    if not name.strip():
        raise UsageError("Give your name with --as NAME; it is recorded in the ledger.")
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        tell_older(runtime, ledger)
        integrity.require_whole(ledger)
        with ledger.write("decide a plan", durable=True, noting=name_of(runtime)) as connection:
            number = campaigns.find(connection, runtime.settings.tango.environment, runtime.settings.campaign.id)
            plan = _found(approvals.shown(connection, number), prefix.strip().lower())
            if decision == APPROVED:
                _may_approve(connection, plan, number, runtime, name)
            made = PlanDecision(decision, name.strip(), reason, runtime.at(), runtime.actor)
            approvals.decide(connection, number, plan.identity, made, runtime.settings.approval_rule)
    return DecidedPlan(plan.identity, plan.file, plan.lines, plan.totals, decision, name.strip())


def _found(plans: list[ShownPlan], prefix: str) -> ShownPlan:
    """The one plan whose identity begins so."""
    if len(prefix) < SHORTEST:
        raise UsageError(f"--plan {prefix or 'HASH'}: give at least the first {SHORTEST} characters of the plan.")
    matching = [plan for plan in plans if plan.identity.startswith(prefix)]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(plan.identity[:12] for plan in (matching or plans)[:5]) or "none yet"
    what = (
        "there is no such plan of this campaign"
        if not matching
        else "more than one plan starts with these characters"
    )
    raise UsageError(f"--plan {prefix}: {what}. Known: {known}. `campaign-runner plan FILE` shows a plan's hash.")
