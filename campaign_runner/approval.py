"""Did somebody mean it?  A plan is shown, approved or rejected under its identity, and run only as it was approved.

The names are what people say of themselves (`--as`, else the user of this machine). What they said stands in the
ledger's chain of events, which `audit verify` proves; who may write there is for the state folder's permissions.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from campaign_runner.closing import folder, targets
from campaign_runner.errors import RefusedBeforeSending, UsageError
from campaign_runner.ledger import approvals, before, campaigns, open_ledger, outcomes
from campaign_runner.ledger.approvals import APPROVED, REJECTED, Decision, ShownPlan
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.opening import Opened
from campaign_runner.outside import World
from campaign_runner.planning.plan import totals
from campaign_runner.preparation import Draft
from campaign_runner.preparation.preview import Before, Setting, identity, preview
from campaign_runner.reporting.groups import own_headers
from campaign_runner.reporting.heads import Head
from campaign_runner.reporting.planfile import PLAN_JSON, Approval, PlanFacts, write_plan_json
from campaign_runner.reporting.planpage import PLAN_PAGE, write_plan_page
from campaign_runner.reporting.wording import cash, count, per_currency
from campaign_runner.settings import ApprovalSection

SHORTEST = 8
_NEXT = "Nothing was sent."


@dataclass(frozen=True)
class Shown:
    """A plan on paper: what it comes to, whether it may be run, and where it can be read."""

    facts: PlanFacts
    approval: Approval
    reports: Mapping[str, Path]
    notes: Sequence[str] = ()


def show(draft: Draft, campaign: Opened, rules: str, catalogue: str, names: Mapping[str, str]) -> Shown:
    """Write plan.json and plan.html, and remember in the ledger that this plan was shown. Nothing is sent."""
    world = campaign.world
    with campaign.ledger.read() as connection:
        earlier = _before(connection, campaign.number, world)
    facts = preview(draft, replace(_setting(draft, world, rules, catalogue), names=names), earlier)
    with campaign.ledger.write() as connection:
        known = approvals.show(
            connection, campaign.number, facts.identity, file=Path(facts.source).name, lines=facts.sending.lines,
            totals=facts.sending.totals, submitter=submitter(world), at=world.at(),
        )  # fmt: skip
        decision = approvals.latest(connection, campaign.number, facts.identity)
    approval = standing(draft, world, facts.identity, decision, known.submitter)
    number, digest = known.event
    approval = replace(approval, head=Head(digest, number))
    where = targets(world, (PLAN_PAGE, PLAN_JSON), draft.path)
    written = {PLAN_PAGE: write_plan_page(facts, approval, where), PLAN_JSON: write_plan_json(facts, approval, where)}
    return Shown(facts, approval, written, where.notes(written))


def clear(draft: Draft, campaign: Opened, rules: str, catalogue: str, names: Mapping[str, str]) -> str:
    """The identity of a plan that may be sent; else raises RefusedBeforeSending, having shown the plan."""
    world = campaign.world
    name = identity(draft, _setting(draft, world, rules, catalogue))
    with campaign.ledger.read() as connection:
        decision = approvals.latest(connection, campaign.number, name)
        first = next((plan.submitter for plan in approvals.shown(connection, campaign.number)
                      if plan.identity == name), submitter(world))  # fmt: skip
    found = standing(draft, world, name, decision, first)
    if found.state in ("open", REJECTED):
        show(draft, campaign, rules, catalogue, names)
        look = f"{folder(world) / 'plan.html'} shows what it would send. "
        raise RefusedBeforeSending(f"{found.sentence} {_NEXT} {look}{_to_approve(world, found.command)}")
    return name


def goes_on(campaign: Opened, upload: Upload) -> bool:
    """May a run that was interrupted send what is left without asking again?  Not what nobody approved, or rejected."""
    with campaign.ledger.read() as connection:
        if not outcomes.anything_unsent(connection, campaign.number):
            return True
        decision = approvals.latest(connection, campaign.number, upload.plan)
    if decision is None:
        return not campaign.world.settings.approval.required_above
    return decision.decision == APPROVED


def approve(world: World, prefix: str, name: str) -> str:
    """Say yes to a plan; returns what to tell. Raises UsageError for somebody who may not, and for an unknown plan."""
    settings = world.settings.approval
    return _decide(world, prefix, name, APPROVED, "", lambda plan: _may_approve(plan, settings, name))


def reject(world: World, prefix: str, name: str, reason: str) -> str:
    """Say no to a plan, with a reason; `run` refuses it from now on."""
    if not reason.strip():
        raise UsageError("Say why with --reason: whoever runs the plan reads it.")
    return _decide(world, prefix, name, REJECTED, reason.strip(), lambda plan: None)


def submitter(world: World) -> str:
    """Who hands the file in: `--as`, else [approval] submitter, else the user of this machine."""
    said = world.submitter.strip() or world.settings.approval.submitter.strip()
    try:
        return said or getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"


def standing(draft: Draft, world: World, name: str, decision: Decision | None, first: str) -> Approval:
    """What was decided about this plan, and what that means for a run by the submitter (`first` saw the plan first)."""
    settings = world.settings.approval
    command = f"campaign-runner approve {world.settings.campaign.id} --plan {name} --as {_somebody(settings)}"
    if decision and decision.decision == REJECTED:
        said = f'{decision.name} rejected this plan on {decision.at[:10]}: "{decision.reason}".'
        return Approval(REJECTED, said, command)
    why = _needs(draft, settings.required_above)
    if not why:
        return Approval()
    if decision is None:
        return Approval("open", f"This plan needs an approval: {why}.", command)
    if against := _strangers(decision.name, settings, (first, submitter(world))):
        return Approval("open", f"The approval of this plan does not count: {against}.", command)
    return Approval(APPROVED, f"{decision.name} approved this plan on {decision.at[:10]}.")


def _needs(draft: Draft, above: Mapping[str, Decimal]) -> str:
    """Why this plan needs a yes; "" where it does not. Like [limits], it is the file as a whole that counts."""
    if draft.plan.new.empty:
        return ""
    whole = totals(draft.plan.new)
    for currency, total in totals(draft.plan.known).items():
        whole[currency] = whole.get(currency, Decimal(0)) + total
    over = {currency: most for currency, most in above.items() if whole.get(currency, Decimal(0)) > most}
    return "; ".join(
        f"the file sends {cash(whole[currency], currency)}, and [approval] required_above is {cash(most, currency)}"
        for currency, most in over.items()
    )


def _strangers(name: str, settings: ApprovalSection, submitters: tuple[str, ...]) -> str:
    """Why the yes of `name` does not count; "" where it does."""
    if settings.approvers and not any(name.casefold() == each.strip().casefold() for each in settings.approvers):
        return f"{name} is not one of [approval] approvers ({', '.join(settings.approvers)})"
    if settings.not_by_submitter and any(_same_person(name, each) for each in submitters):
        return f"{name} handed the file in, and somebody else has to approve it ([approval] not_by_submitter)"
    return ""


def _same_person(one: str, two: str) -> bool:
    """`ana` is `ana@example.com`: a user of this machine may be named in either way."""
    first, second = one.strip().casefold(), two.strip().casefold()
    alike = first == second or ("@" in first) != ("@" in second)
    return alike and first.partition("@")[0] == second.partition("@")[0]


def _may_approve(plan: ShownPlan, settings: ApprovalSection, name: str) -> None:
    if against := _strangers(name, settings, (plan.submitter,)):
        raise UsageError(f"{against[0].upper()}{against[1:]}. Nothing was recorded.")


def _decide(world: World, prefix: str, name: str, decision: str, reason: str, check: object) -> str:
    if not name.strip():
        raise UsageError("Say who you are with --as NAME: it is kept in the ledger.")
    with open_ledger(world.state, world.ledger_url, world.actor) as ledger, ledger.write() as connection:
        number = campaigns.find(connection, world.settings.tango.environment, world.settings.campaign.id)
        plan = _found(approvals.shown(connection, number), prefix.strip().lower())
        assert callable(check)
        check(plan)
        approvals.decide(connection, number, plan.identity, Decision(decision, name.strip(), reason, world.at()))
    worth = per_currency({currency: Decimal(total) for currency, total in plan.totals.items()})
    what = f"Plan {plan.identity[:12]} of {plan.file}, {count(plan.lines, 'line')}, {worth}"
    return f"{what}: {decision} by {name.strip()}."


def _found(plans: list[ShownPlan], prefix: str) -> ShownPlan:
    """The one plan whose identity begins so."""
    if len(prefix) < SHORTEST:
        raise UsageError(f"--plan {prefix or 'HASH'}: give at least the first {SHORTEST} characters of the plan.")
    found = [plan for plan in plans if plan.identity.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(plan.identity[:12] for plan in (found or plans)[:5]) or "none yet"
    what = "there is no such plan of this campaign" if not found else "more than one plan begins so"
    raise UsageError(f"--plan {prefix}: {what}. Known: {known}. `campaign-runner plan FILE` shows a plan's hash.")


def _before(connection: Connection, campaign: int, world: World) -> Before:
    people = before.rewarded_people(connection, world.settings.tango.environment)
    upload = campaigns.latest_upload(connection, campaign)
    if upload is None:
        return Before(people=people)
    return Before(upload.name, upload.created_at[:10], before.asked_lines(connection, upload.id), people)


def _setting(draft: Draft, world: World, rules: str, catalogue: str) -> Setting:
    groups = own_headers(draft.table.columns, world.settings.finance.group_by)
    return Setting(world.settings.tango.environment, rules, catalogue, groups)


def _somebody(settings: ApprovalSection) -> str:
    return settings.approvers[0] if settings.approvers else "NAME"


def _to_approve(world: World, command: str) -> str:
    who = " or ".join(world.settings.approval.approvers) or "somebody who answers for the money"
    return f"To approve it, {who} gives this command: {command}"
