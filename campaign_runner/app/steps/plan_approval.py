"""May a plan be sent?  It is shown under its identity, and sent only as it was approved, where it needs that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from campaign_runner.app.approve import rules_in_force, submitter
from campaign_runner.app.notices.outcomes import note_approval
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, name_of
from campaign_runner.app.steps.report_files import report_folder, report_targets
from campaign_runner.ledger import approvals, campaigns, reward_history, sent_when, upload_progress
from campaign_runner.ledger.approvals import APPROVED, REJECTED, PlanDecision, ShownPlan
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.participants import participants
from campaign_runner.model.actor import SIGNED_IN, Actor
from campaign_runner.model.errors import NeedsApproval, RefusedBeforeSending
from campaign_runner.model.finance_options import own_headers
from campaign_runner.model.money import from_units
from campaign_runner.model.plan_facts import Approval, PlanFacts, StatedHead
from campaign_runner.model.wording import day
from campaign_runner.planning.plan import totals
from campaign_runner.planning.plan_draft import PlanDraft
from campaign_runner.planning.plan_preview import PreviousUpload, Setting, identity, preview
from campaign_runner.planning.planned_columns import planned_columns
from campaign_runner.preflight.approval_policy import objection, why_needed
from campaign_runner.reporting import registry, write_plan
from campaign_runner.reporting.plan_page import PLAN_PAGE
from campaign_runner.settings.sections import ApprovalSection

_NEXT = "Nothing was sent."


@dataclass(frozen=True)
class Shown:
    """A plan on paper: its totals, whether it may be run, and where it can be read."""

    facts: PlanFacts
    approval: Approval
    reports: Mapping[str, Path]
    notes: Sequence[str] = ()


def show_plan(
    draft: PlanDraft, campaign: CampaignSession, rules: str, catalogue: str, names: Mapping[str, str]
) -> Shown:
    """Write plan.json and plan.html, and remember in the ledger that this plan was shown. Nothing is sent."""
    runtime = campaign.runtime
    with campaign.ledger.read() as connection:
        earlier = _before(connection, campaign.key, runtime)
    facts = preview(draft, replace(_setting(draft, runtime, rules, catalogue), names=names), earlier)
    with campaign.ledger.write("show a plan", durable=True, noting=name_of(runtime)) as connection:
        known = approvals.show(
            connection, campaign.key, facts.identity, file=Path(facts.source).name, lines=facts.sending.lines,
            totals=facts.sending.totals, submitter=submitter(runtime), at=runtime.at(), rule=runtime.settings.approval_rule,
        )  # fmt: skip
        decision = approvals.latest(connection, campaign.key, facts.identity)
        lately = sent_lately(connection, campaign.key, draft, runtime)
        others = participants(connection, campaign.key, facts.identity)
        rules_now = rules_in_force(connection, runtime.settings.approval)
    approval = standing(draft, runtime, facts.identity, decision, known, lately, rules_now, others)
    number, digest = known.event
    approval = replace(approval, head=StatedHead(digest, number), who=who(runtime) if approval.command else "")
    facts = replace(facts, host=runtime.settings.host)
    where = report_targets(runtime, registry.names(*registry.OF_PLAN), draft.path)
    written = write_plan(facts, approval, planned_columns(draft.plan, names), where)
    return Shown(facts, approval, written, where.notes(written))


def require_approval(
    draft: PlanDraft, campaign: CampaignSession, rules: str, catalogue: str, names: Mapping[str, str]
) -> str:
    """The identity of a plan that may be sent; else raises RefusedBeforeSending, having shown the plan."""
    runtime = campaign.runtime
    name = identity(draft, _setting(draft, runtime, rules, catalogue))
    with campaign.ledger.read() as connection:
        decision = approvals.latest(connection, campaign.key, name)
        plans = approvals.shown(connection, campaign.key)
        lately = sent_lately(connection, campaign.key, draft, runtime)
        others = participants(connection, campaign.key, name)
        rules_now = rules_in_force(connection, runtime.settings.approval)
    seen = next((plan for plan in plans if plan.identity == name), None)
    approval = standing(draft, runtime, name, decision, seen, lately, rules_now, others)
    if approval.state in ("open", REJECTED):
        show_plan(draft, campaign, rules, catalogue, names)
        if approval.state == "open":
            note_approval(runtime, campaign.ledger, campaign.key, name)
        look = f"{report_folder(runtime) / 'plan.html'} shows what it would send."
        refused = RefusedBeforeSending if approval.state == REJECTED else NeedsApproval
        raise refused(f"{approval.sentence} {_NEXT} {look} {who(runtime)}")
    return name


def sent_lately(connection: Connection, campaign_key: int, draft: PlanDraft, runtime: Runtime) -> dict[str, Decimal]:
    """What this campaign sent within a day, besides the lines that the file holds; {} where no rule asks for it."""
    if not runtime.settings.approval.required_above:
        return {}
    since = (runtime.clock.now() - timedelta(days=1)).isoformat(timespec="milliseconds")
    known = set(draft.plan.known["line_id"].tolist()) if len(draft.plan.known) else set()
    units = sent_when.value_since(connection, campaign_key, since, known)
    return {currency: from_units(each) for currency, each in units.items()}


def goes_on(campaign: CampaignSession, upload: Upload) -> bool:
    """May a run that was interrupted send what is left without asking again?  Not what nobody approved, or rejected."""
    with campaign.ledger.read() as connection:
        if not upload_progress.anything_unsent(connection, campaign.key):
            return True
        decision = approvals.latest(connection, campaign.key, upload.plan)
    if decision is None:
        return not campaign.runtime.settings.approval.required_above
    return decision.decision == APPROVED


def standing(
    draft: PlanDraft, runtime: Runtime, name: str, decision: PlanDecision | None, seen: ShownPlan | None,
    lately: Mapping[str, Decimal], settings: ApprovalSection, others: Sequence[Actor] = (),
) -> Approval:  # fmt: skip
    """What was decided about this plan, and what that means for a run by the submitter.

    `seen` is the plan as it was shown first, `lately` what the campaign sent within a day besides, `others` are those who
    had a part in it.
    """
    command = f"campaign-runner approve {runtime.settings.campaign.id} --plan {name} --as NAME"
    if decision and decision.decision == REJECTED:
        rejection = f'{decision.name} rejected this plan on {day(decision.at)}: "{decision.reason}".'
        return Approval(REJECTED, rejection, command)
    why = why_needed(totals(draft.plan.new), totals(draft.plan.known), settings.required_above, lately)
    if not why:
        return Approval()
    if decision is None:
        return Approval("open", f"This plan needs an approval: {why}.", command)
    here = runtime.actor.kind not in SIGNED_IN  # who tells the server to send a file did not bring it
    submitters = ([submitter(runtime)] if here else []) + ([seen.submitter] if seen else [])
    accounts = ([runtime.actor] if here else []) + ([seen.actor] if seen and seen.actor else [])
    if against := objection(decision.name, decision.actor, settings, submitters, accounts, others):
        return Approval("open", f"The approval of this plan does not count: {against}.", command)
    return Approval(APPROVED, f"{decision.name} approved this plan on {day(decision.at)}.")


def require_still(connection: Connection, campaign: CampaignSession, name: str) -> None:
    """In the transaction that begins sending: nobody rejected the plan meanwhile, and the approver still had no
    part in it. Raises RefusedBeforeSending."""
    decision = approvals.latest(connection, campaign.key, name)
    if decision is None:
        return
    if decision.decision == REJECTED:
        raise RefusedBeforeSending(f'{decision.name} rejected this plan: "{decision.reason}". {_NEXT}')
    others = participants(connection, campaign.key, name)
    rules = rules_in_force(connection, campaign.runtime.settings.approval)
    against = objection(decision.name, decision.actor, rules, (), (), others)
    if against and rules.required_above:
        raise RefusedBeforeSending(f"The approval of this plan does not count: {against}. {_NEXT}")


def _before(connection: Connection, campaign_key: int, runtime: Runtime) -> PreviousUpload:
    people = reward_history.rewarded_people(connection, runtime.settings.tango.environment)
    upload = campaigns.latest_upload(connection, campaign_key)
    if upload is None:
        return PreviousUpload(people=people)
    return PreviousUpload(
        upload.name, upload.created_at[:10], reward_history.asked_lines(connection, upload.id), people
    )


def _setting(draft: PlanDraft, runtime: Runtime, rules: str, catalogue: str) -> Setting:
    groups = own_headers(draft.table.columns, runtime.settings.finance.group_by)
    return Setting(runtime.settings.tango.environment, rules, catalogue, groups)


def who(runtime: Runtime) -> str:
    """Who may approve, and with what in hand; not their command, which is theirs to give."""
    them = " or ".join(runtime.settings.approval.approvers) or "a second person, from an account of their own"
    return f"It can be approved or rejected by {them}: send them {PLAN_PAGE}, which names the plan."
