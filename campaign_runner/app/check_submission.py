"""What is wrong with a submitted file, and what would be sent?  A job's answer, kept in the ledger for every door."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.app.check import check_file
from campaign_runner.app.draft import ReadOptions
from campaign_runner.app.finish import Result
from campaign_runner.app.plan import plan_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.submissions import restored, with_columns
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import stored_reports, submissions
from campaign_runner.ledger.submissions import Check
from campaign_runner.model import Problem
from campaign_runner.model.errors import FileUnusable, RefusedBeforeSending
from campaign_runner.reporting.plan_file import PLAN_JSON


def check_submission(workspace: Workspace, key: str) -> None:
    """Check and plan a submission, and keep what was found; a submission that was sent already is left alone."""
    with workspace.ledger().read() as connection:
        submission = submissions.get(connection, int(key))
    if submission.upload or submission.erased_at:
        return
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder, restored(workspace, submission) as reading:
        own = with_columns(workspace, submission)
        runtime = own.runtime(submission.campaign, submission.actor, Path(folder))
        check, problems, reports = _checked(reading, runtime)
        with workspace.ledger(submission.actor).write("keep what a check found") as connection:
            submissions.record_check(connection, submission.id, check, problems)
            stored_reports.store(connection, submission.campaign, reports, check.at, about=str(submission.number))


def _checked(reading: ReadOptions, runtime: Runtime) -> tuple[Check, list[tuple[Any, ...]], dict[str, Path]]:
    """What was found, the problems as the ledger has them, and the reports."""
    refused = ""
    try:
        try:
            result = plan_file(reading, runtime)
        except RefusedBeforeSending as error:  # the problems and the reports all the same
            refused = str(error)
            result = check_file(reading, runtime)
    except FileUnusable as error:
        return Check(runtime.at(), "unusable", "", {"reason": str(error)}), [], {}
    found = {
        **result.plain(), "refused": refused, "headers": _headers(result), "sheet": result.books.sheet,
        "notes": list(result.books.notes), "plan": _plan(result), "approval": result.approval.state,
        "held": [{"row": hold.row, "reason": hold.reason, "rule": hold.rule} for hold in result.held],
    }  # fmt: skip
    identity = "" if refused else result.plan
    return Check(runtime.at(), "checked", identity, found), list(_rows(result.problems)), dict(result.reports)


def _headers(result: Result) -> list[dict[str, Any]]:
    return [
        {"position": column.position, "header": column.header, "field": column.field} for column in result.columns
    ]


def _plan(result: Result) -> Any:
    """What plan.json says."""
    path = result.reports.get(PLAN_JSON)
    return orjson.loads(path.read_bytes()) if path else {}


def _rows(problems: tuple[Problem, ...]) -> Iterator[tuple[Any, ...]]:
    for one in problems:
        column = one.column
        field, header = (column.field or "", column.header) if column else ("", "")
        yield (one.row, one.cell, field, header, one.value, one.what, one.remedy, one.severity, one.rule)
