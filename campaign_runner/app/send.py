"""Who says that a plan leaves, and when may it?  A wish in the ledger, once; the driver of the campaign judges again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app import schedule
from campaign_runner.app.views.plan_view import approval_of, checked
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, jobs
from campaign_runner.ledger.participants import accept, accepted
from campaign_runner.ledger.sendings import Sending, sending, want_sent
from campaign_runner.ledger.submission_checks import Check
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict, Forbidden, RefusedBeforeSending, UsageError

MOST_CANARY = 1000


def send_plan(
    workspace: Workspace, campaign_key: int, actor: Actor, plan: str, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Want the newest plan sent: `accept` (names of warnings), `canary` (lines that go first), `max_failure_rate`.

    Raises Conflict where it is not the newest, Forbidden where it is not approved, RefusedBeforeSending with the reasons.
    Saying it twice is saying it once.
    """
    wanted, at = _options(options), str(options.get("at") or "").strip()
    moment, zone = schedule.moment_of(at, workspace.clock.now()) if at else (None, "")
    with workspace.ledger(actor).write("want a campaign sent", durable=True) as connection:
        campaigns.one_at_a_time(connection, campaign_key)
        submission, check = checked(connection, campaign_key)
        if check.plan != plan:
            raise Conflict(
                "This is not the newest plan: the file, a decision or a setting changed since. Look at it again."
            )
        earlier = sending(connection, campaign_key)
        if earlier and earlier.plan == plan and earlier.submission == submission.id and not earlier.refused:
            return {"plan": plan, "state": "sending"}
        for name in options.get("accept") or ():
            _accept(connection, campaign_key, check, str(name), workspace.at())
        _require_approved(connection, workspace, campaign_key, check)
        _require_accepted(connection, workspace, campaign_key, check)
        meant = accepted(connection, campaign_key, plan)
        wish = Sending(submission.id, plan, actor, workspace.at(), {**wanted, "accept": meant})
        want_sent(connection, campaign_key, wish)
        jobs.want(connection, jobs.DRIVE, campaign_key, workspace.at())
        if moment:
            schedule.schedule(connection, campaign_key, moment, workspace.at(), zone)
    return {"plan": plan, "state": "scheduled" if moment else "sending"}


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    canary, rate = options.get("canary") or 0, options.get("max_failure_rate")
    if not isinstance(canary, int) or isinstance(canary, bool) or not 0 <= canary <= MOST_CANARY:
        raise UsageError(f"canary: give a number of lines from 0 to {MOST_CANARY:,}.")
    if rate is not None and (not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 <= rate <= 1):
        raise UsageError("max_failure_rate: give a share from 0 to 1, such as 0.05.")
    return {"canary": canary, "max_failure_rate": rate}


def _accept(connection: Connection, campaign_key: int, check: Check, name: str, at: str) -> None:
    if name in {one["name"] for one in check.result.get("unusual", ())}:
        accept(connection, campaign_key, check.plan, name, at)


def _require_approved(connection: Connection, workspace: Workspace, campaign_key: int, check: Check) -> None:
    approval = approval_of(connection, workspace, campaign_key, check)
    if approval["state"] == "rejected":
        raise Forbidden(f'{approval["by"]} rejected this plan: "{approval["reason"]}". Nothing was sent.')
    if approval["state"] == "open":
        raise Forbidden(f"{approval['says']} Submit it for approval; nothing was sent.")


def _require_accepted(connection: Connection, workspace: Workspace, campaign_key: int, check: Check) -> None:
    preflight = workspace.settings_of(campaign_key).preflight
    meant = {*accepted(connection, campaign_key, check.plan), *preflight.accept}
    unusual = check.result.get("unusual", ())
    reasons = [one["sentence"] for one in unusual
               if one["name"] in preflight.refuse or (preflight.unusual == "ask" and one["name"] not in meant)]  # fmt: skip
    reasons += [one for one in check.result.get("funds", ()) if one.startswith("A run would be refused")]
    if reasons:
        raise RefusedBeforeSending("\n".join([*reasons, "Nothing was sent."]))
