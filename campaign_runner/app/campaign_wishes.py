"""What else does somebody want of a campaign?  Wishes in the ledger that jobs and drivers obey: halt, resume, withdraw,
schedule, unschedule, retry, reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from campaign_runner.app import halt, resume, schedule, unschedule, withdraw
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, events, jobs, row_status, stored_reports
from campaign_runner.model.actor import Actor
from campaign_runner.model.contact import without_quotes
from campaign_runner.model.errors import Conflict, NotFound, UsageError

WANTED = "retry wanted"
# Reports without names and contact data, for anyone who may not see these.
SUMMARY = "summary.json"
WITHOUT_CONTACTS = ("finance.", "journal.", "corrections.csv", SUMMARY, "statement.")


def halt_campaign(workspace: Workspace, key: int, actor: Actor, reason: str) -> None:
    """Nothing new leaves until it is resumed."""
    with workspace.ledger(actor).write("halt a campaign", durable=True) as connection:
        halt.halt(connection, key, _reason(reason), workspace.at())


def resume_campaign(workspace: Workspace, key: int, actor: Actor) -> None:
    """What was halted leaves again; raises Conflict where it is not halted."""
    with workspace.ledger(actor).write("resume a campaign", durable=True) as connection:
        if not resume.resume(connection, key, workspace.at()):
            raise Conflict("This campaign is not halted, so there is nothing to resume.")


def withdraw_campaign(workspace: Workspace, key: int, actor: Actor, reason: str) -> str:
    """Take back what was planned and never left; returns the result."""
    with workspace.ledger(actor).write("withdraw a campaign", durable=True) as connection:
        withdrawn = withdraw.withdraw(connection, key, _reason(reason), workspace.at())
        return withdraw.told(withdrawn, campaigns.row(connection, key)["campaign_id"])


def schedule_campaign(workspace: Workspace, key: int, actor: Actor, when: str) -> None:
    """The first order leaves then, not before."""
    moment, zone = schedule.moment_of(when, workspace.clock.now())
    with workspace.ledger(actor).write("schedule a campaign", durable=True) as connection:
        schedule.schedule(connection, key, moment, workspace.at(), zone)


def send_at_once(workspace: Workspace, key: int, actor: Actor) -> None:
    """What was scheduled leaves now; raises Conflict where nothing is."""
    with workspace.ledger(actor).write("schedule a campaign", durable=True) as connection:
        unschedule.require_scheduled(connection, key)
        schedule.at_once(connection, key, workspace.at())


def unschedule_campaign(workspace: Workspace, key: int, actor: Actor) -> None:
    """What was scheduled is cancelled, and the file checked anew; raises Conflict where nothing is, or something left."""
    with workspace.ledger(actor).write("cancel a sending", durable=True) as connection:
        unschedule.unschedule(connection, key, actor, workspace.at())


def want_retry(workspace: Workspace, key: int, actor: Actor) -> None:
    """Have failed lines placed again; raises Conflict where none failed."""
    with workspace.ledger(actor).write("want a retry", durable=True) as connection:
        if not any(
            status == "failed" and lines for status, _, lines, _ in row_status.campaign_tally(connection, key)
        ):
            raise Conflict("No line of this campaign has failed, so there is nothing to retry.")
        events.append(connection, key, workspace.at(), WANTED)
        jobs.want(connection, jobs.RETRY, key, workspace.at())


def want_reports(workspace: Workspace, key: int, actor: Actor) -> None:
    """Have the reports written again."""
    with workspace.ledger(actor).write("want reports", durable=True) as connection:
        if campaigns.latest_upload(connection, key) is None:
            raise Conflict("No file of this campaign was planned yet, so there is nothing to report.")
        jobs.want(connection, jobs.REPORT, key, workspace.at())


def reports_of(workspace: Workspace, key: int, *, about: str = "", contacts: bool) -> list[Mapping[str, Any]]:
    """The stored reports of a campaign, or of the check of one of its uploads: `about` is its number."""
    with workspace.ledger().read() as connection:
        stored = stored_reports.listing(connection, key, about)
    return [one for one in stored if contacts or str(one["name"]).startswith(WITHOUT_CONTACTS)]


def read_report(
    workspace: Workspace, key: int, name: str, *, about: str = "", contacts: bool
) -> tuple[Mapping[str, Any], Iterator[bytes]]:
    """One of them, in parts; raises NotFound."""
    stored = next(
        (one for one in reports_of(workspace, key, about=about, contacts=contacts) if one["name"] == name), None
    )
    if stored is None:
        raise NotFound(f"There is no report {name[:80]} that you can see. Look at the list of reports.")

    def parts() -> Iterator[bytes]:
        with workspace.ledger().read() as connection:
            yield from stored_reports.read(connection, stored["sha256"])

    if contacts or name != SUMMARY:
        return stored, parts()
    content = _without_quotes(b"".join(parts()))
    return {**stored, "size": len(content)}, iter([content])


def _without_quotes(summary: bytes) -> bytes:
    """A summary in which no note quotes a word of the file: it may be a name."""
    content = orjson.loads(summary)
    content["notes"] = list(map(without_quotes, content.get("notes", ())))
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UsageError("Give a reason; it is recorded in the audit log.")
    return reason.strip()[:1000]
