"""What would be sent, before it is approved?  The plan of the newest upload, in plain values, from the ledger alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.decide_plan import against
from campaign_runner.app.views.campaigns import newest
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import approvals, campaigns, events, jobs
from campaign_runner.ledger.approvals import APPROVED
from campaign_runner.ledger.participants import accept, accepted
from campaign_runner.ledger.submission_checks import Check, ask_for
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict, FileUnusable, NotFound, RefusedBeforeSending, UsageError
from campaign_runner.model.money import text

ASKED = "approval asked"
LOOK_AGAIN = 0.2


def plan_view(workspace: Workspace, campaign_key: int, *, patience: float = 0) -> dict[str, Any]:
    """The plan of the newest upload; a check under way is waited for.

    Raises NotFound without an upload, Conflict while it is checked, FileUnusable and RefusedBeforeSending where there
    can be no plan.
    """
    until = time.monotonic() + patience
    while True:
        try:
            with workspace.ledger().read() as connection:
                submission, check = checked(connection, campaign_key)
                return _view(connection, workspace, submission, check)
        except Conflict:
            if time.monotonic() >= until:
                raise
        time.sleep(LOOK_AGAIN)


def ask_for_approval(workspace: Workspace, campaign_key: int, actor: Actor, plan: str = "") -> dict[str, Any]:
    """Submit the newest plan for approval (`plan`: only if it is this one); who may approve is notified of the event."""
    with workspace.ledger(actor).write("ask for an approval", durable=True) as connection:
        campaigns.one_at_a_time(connection, campaign_key)
        submission, check = checked(connection, campaign_key)
        if plan and check.plan != plan:
            raise Conflict("This is not the newest plan: the file or a decision changed since. Look at it again.")
        if not check.asked_at:
            check = check._replace(asked_at=workspace.at())
            ask_for(connection, submission.id, check.asked_at)
            events.append(connection, campaign_key, check.asked_at, ASKED, plan=check.plan, number=submission.number)
        return _view(connection, workspace, submission, check)


def accept_warning(workspace: Workspace, campaign_key: int, plan: str, name: str, actor: Actor) -> None:
    """Somebody looked at one unusual thing of the newest plan, and means it."""
    with workspace.ledger(actor).write("accept a warning", durable=True) as connection:
        campaigns.one_at_a_time(connection, campaign_key)
        _, check = checked(connection, campaign_key)
        if check.plan != plan:
            raise Conflict("This is not the newest plan: the file or a decision changed since. Look at it again.")
        if name not in {one["name"] for one in check.result.get("unusual", ())}:
            raise UsageError(f'This plan has no warning "{name}".')
        accept(connection, campaign_key, plan, name, workspace.at())


def checked(connection: Connection, campaign_key: int) -> tuple[Submission, Check]:
    """The newest upload with its plan; raises as `plan_view`."""
    submission, check, _ = newest(connection, campaign_key)
    if submission is None:
        raise NotFound("Nothing was uploaded yet. Upload a spreadsheet first.")
    if check is None or jobs.is_wanted(connection, jobs.CHECK, submission.id):
        raise Conflict(f"Upload {submission.number} is still being checked. Look again in a moment.")
    if check.state == "unusable":
        raise FileUnusable(str(check.result.get("reason", "The file cannot be used.")))
    if check.result.get("refused") or not check.plan:
        raise RefusedBeforeSending(str(check.result.get("refused") or "There is nothing to send."))
    return submission, check


def approval_of(connection: Connection, workspace: Workspace, campaign_key: int, check: Check) -> dict[str, Any]:
    """How the approval of a plan stands: `state` is not needed, open, approved or rejected."""
    approval = check.result["plan"].get("approval", {})
    needed, decision = approval.get("state") != "not needed", approvals.latest(connection, campaign_key, check.plan)
    if decision is None:
        return {"state": "open" if needed else "not needed", "says": approval.get("says", "") if needed else ""}
    by = {"by": decision.name, "at": decision.at, "reason": decision.reason}
    if decision.decision == APPROVED and needed:
        shown = next(one for one in approvals.shown(connection, campaign_key) if one.identity == check.plan)
        settings = workspace.settings_of(campaign_key)
        if why := against(connection, campaign_key, shown, decision.actor, settings, decision.name):
            return {"state": "open", "says": f"The approval of this plan does not count: {why}.", **by}
    why = f': "{decision.reason}"' if decision.reason else ""
    return {"state": decision.decision, "says": f"{decision.name} {decision.decision} this plan{why}.", **by}


def _view(connection: Connection, workspace: Workspace, submission: Submission, check: Check) -> dict[str, Any]:
    plan, key = check.result["plan"], submission.campaign
    approval, meant = approval_of(connection, workspace, key, check), accepted(connection, key, check.plan)
    unusual = [{**one, "accepted": one["name"] in meant} for one in check.result.get("unusual", ())]
    return {
        "plan": check.plan, "upload": submission.number, "batches": plan["to_send"]["orders"],
        "lines": plan["to_send"]["lines"], "totals": plan["to_send"]["totals"], "unusual": unusual,
        "funds": check.result.get("funds", []), "needs_approval": approval["state"] != "not needed",
        "approval": approval, "asked_at": check.asked_at, "diff": _diff(connection, key, check),
        "rows": plan["rows"], "largest": plan["largest"], "first_time_recipients": plan["first_time_recipients"],
        "by": plan["by"], "rewards": plan["rewards"], "file": submission.name, "notes": check.result.get("notes", []),
        "sender": _sender(workspace, key),
    }  # fmt: skip


def _sender(workspace: Workspace, campaign_key: int) -> dict[str, str]:
    """Whom the recipients see as the sender; empty texts where the account's own is used."""
    sender = workspace.settings_of(campaign_key).campaign.sender
    return {"name": f"{sender.firstName} {sender.lastName}".strip(), "email": sender.email}


def _diff(connection: Connection, campaign_key: int, check: Check) -> dict[str, Any]:
    """What changed since the file that was sent last, and against the plan that was approved last."""
    plan = check.result["plan"]
    return {"since": plan["since"], **plan["changes"], "approved": _since_approved(connection, campaign_key, check)}


def _since_approved(connection: Connection, campaign_key: int, check: Check) -> dict[str, Any] | None:
    kinds = events.of_kinds(connection, campaign_key, f"plan {APPROVED}")
    last = [event for event in kinds if event["data"]["plan"] != check.plan]
    shown = {one.identity: one for one in approvals.shown(connection, campaign_key)}
    before = shown.get(last[-1]["data"]["plan"]) if last else None
    if before is None:
        return None
    now: Mapping[str, str] = check.result["plan"]["to_send"]["totals"]
    more = {name: text(Decimal(now.get(name, "0")) - Decimal(before.totals.get(name, "0")))
            for name in sorted({*now, *before.totals})}  # fmt: skip
    held_against = check.result.get("since_approved", {})  # by the check, row by row
    counts = held_against if held_against.get("plan") == before.identity else {"whole": False, "rows": {}}
    return {"plan": before.identity, "file": before.file, "at": last[-1]["at"], "lines": before.lines,
            "totals": dict(before.totals), "more_lines": check.result["plan"]["to_send"]["lines"] - before.lines,
            "more": more, "rows": counts["rows"], "row_by_row": counts["whole"]}  # fmt: skip
