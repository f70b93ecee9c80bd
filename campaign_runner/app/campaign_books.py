"""What does finance want of a campaign?  Its books of a period, grouped, and its statement matched: wishes, and their jobs.

The wish is an event; the job carries out the newest one, and keeps its reports under a name of their own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from campaign_runner.app.jobs import PASSING
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, events, jobs, stored_reports
from campaign_runner.ledger.actors import this_account
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import CampaignRunnerError, Conflict
from campaign_runner.model.finance_options import FinanceOptions

# The kinds of work, and what their files are stored about.
BOOKS, STATEMENT = jobs.BOOKS, jobs.STATEMENT
FILES = frozenset({"finance.xlsx", "finance.csv", "corrections.csv", "journal.beancount", "journal.csv"})
UPLOADED, RECEIVED, MATCHED, REFUSED = (
    "statement.upload",
    "statement received",
    "statement matched",
    "statement refused",
)
WANTED = "books wanted"


def want_books(
    workspace: Workspace, key: int, actor: Actor, *, since: str = "", until: str = "", group_by: tuple[str, ...] = ()
) -> None:
    """Have the books of a period written, by columns of the user's own; raises UsageError for a day that is none."""
    FinanceOptions(group_by or None, since, until)
    with workspace.ledger(actor).write("want books", durable=True) as connection:
        if campaigns.latest_upload(connection, key) is None:
            raise Conflict("No file of this campaign was planned yet, so there are no books.")
        events.append(connection, key, workspace.at(), WANTED, since=since, until=until, group_by=list(group_by))
        jobs.want(connection, BOOKS, key, workspace.at())


def take_statement(workspace: Workspace, key: int, actor: Actor, path: Path, name: str) -> None:
    """Take Tango's order history in; a job matches it with the books."""
    with workspace.ledger(actor).write("take a statement in", durable=True) as connection:
        if campaigns.latest_upload(connection, key) is None:
            raise Conflict("No file of this campaign was planned yet, so there is nothing to match.")
        stored_reports.store(connection, key, {UPLOADED: path}, workspace.at(), about=STATEMENT)
        events.append(connection, key, workspace.at(), RECEIVED, file=name, sha256=file_sha256(path))
        jobs.want(connection, STATEMENT, key, workspace.at())


def books_view(workspace: Workspace, key: int) -> dict[str, Any]:
    """The newest wishes with what came of them, and the files."""
    with workspace.ledger().read() as connection:
        newest = {kind: events.newest_of(connection, key, kind) for kind in (WANTED, RECEIVED, MATCHED, REFUSED)}
        results = [one for one in (newest[MATCHED], newest[REFUSED]) if one]
        result = max(results, key=lambda one: int(one["id"]), default=None)
        received, wanted = newest[RECEIVED], newest[WANTED]
        answered = result if result and received and result["id"] > received["id"] else None
        return {
            "wanted": wanted["data"] if wanted else None,
            "busy": any(jobs.is_wanted(connection, kind, key) for kind in (BOOKS, STATEMENT)),
            "books": stored_reports.listing(connection, key, BOOKS), "received": received["data"] if received else None,
            "statement": answered["data"] if answered else None,
            "lists": [one for one in stored_reports.listing(connection, key, STATEMENT) if one["name"] != UPLOADED],
        }  # fmt: skip


def write_books(workspace: Workspace, key: str) -> float | None:
    """The job: the books of the period that was asked for last."""
    from campaign_runner.app.process.progress import no_progress
    from campaign_runner.app.session import open_campaign
    from campaign_runner.app.steps.finish import finish_latest

    number = int(key)
    with workspace.ledger().read() as connection:
        wanted = events.newest_of(connection, number, WANTED)
    run_data: Mapping[str, Any] = wanted["data"] if wanted else {}
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        runtime = workspace.runtime(number, this_account(), Path(folder))
        usual = runtime.finance or FinanceOptions()
        chosen = replace(usual, since=run_data.get("since", ""), until=run_data.get("until", ""),
                         group_by=tuple(run_data.get("group_by", ())) or usual.group_by)  # fmt: skip
        with open_campaign(replace(runtime, finance=chosen, only=FILES)) as campaign:
            reports = finish_latest(campaign, "", no_progress).reports
        with workspace.ledger().write("keep books") as connection:
            stored_reports.store(connection, number, reports, workspace.at(), about=BOOKS)
    return None


def match_statement(workspace: Workspace, key: str) -> float | None:
    """The job: the statement that was received last, against the books."""
    from campaign_runner.app.reconcile import reconcile_campaign

    number = int(key)
    with workspace.ledger().read() as connection:
        received = events.newest_of(connection, number, RECEIVED)
        stored = {one["name"]: one for one in stored_reports.listing(connection, number, STATEMENT)}
    if not received or UPLOADED not in stored:
        return None
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        path = Path(folder) / (Path(received["data"]["file"]).name or "statement.csv")
        with workspace.ledger().read() as connection, path.open("wb") as file:
            file.writelines(stored_reports.read(connection, stored[UPLOADED]["sha256"]))
        runtime = workspace.runtime(number, this_account(), Path(folder) / "reports")
        try:
            result = reconcile_campaign(runtime, path)
        except PASSING:
            raise
        except CampaignRunnerError as error:
            with workspace.ledger().write("refuse a statement") as connection:
                events.append(connection, number, workspace.at(), REFUSED, why=str(error))
            return None
        outcome = {name: value for name, value in result.plain().items() if name in ("verdicts", "agrees", "totals")}
        with workspace.ledger().write("keep a statement") as connection:
            events.append(connection, number, workspace.at(), MATCHED, file=path.name, **outcome)
            kept = {**result.reports, UPLOADED: path}
            stored_reports.store(connection, number, kept, workspace.at(), about=STATEMENT)
    return None
