"""What is wrong with a submitted file, and what would be sent?  A job's answer, kept in the ledger for every door."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.app.check import check_file
from campaign_runner.app.notices.outcomes import to_correct
from campaign_runner.app.plan import plan_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions, read
from campaign_runner.app.steps.result import Result
from campaign_runner.app.submissions import restored
from campaign_runner.app.views.kept_rows import KeptRows
from campaign_runner.app.workspace import Asked, Workspace
from campaign_runner.app.write_corrections import corrected
from campaign_runner.intake.header_text import fold
from campaign_runner.intake.whole_sheet import header_samples, samples_of
from campaign_runner.ledger import outcome_events, stored_reports, submission_checks, submissions
from campaign_runner.ledger.cell_corrections import CellCorrection, corrections_of, record_before
from campaign_runner.ledger.submission_checks import Check, record_check
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model import Hold, Problem
from campaign_runner.model.errors import FileUnusable, RefusedBeforeSending, SettingsError
from campaign_runner.reporting.plan_file import PLAN_JSON
from campaign_runner.validation.columns import OR_A_DEFAULT

# Of this many held rows the cells are kept, with those of the row that each is like.
HELD_SHOWN = 200
_ANOTHER_ROW = re.compile(r"\brows? ([0-9]+)")


def check_submission(workspace: Workspace, key: str) -> None:
    """Check and plan a submission, and keep what was found; a submission that was sent already is left alone."""
    with workspace.ledger().read() as connection:
        submission = submissions.get(connection, int(key))
    if submission.upload or submission.erased_at:
        return
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        try:
            submission = _with_remembered(workspace, _with_corrections(workspace, submission))
            with restored(workspace, submission) as reading:
                runtime = _runtime(workspace, submission, Path(folder))
                kept = KeptRows(keyed=bool(runtime.settings.identity.key))
                check, problems, reports = _checked(reading, runtime, kept)
                kept.since_upload(workspace, submission, reading, runtime)
        except (FileUnusable, SettingsError) as error:
            headers = _headers_of(workspace, submission)
            check = Check(workspace.at(), "unusable", "", {"reason": _for_the_page(error), "headers": headers})
            problems, reports, kept = [], {}, KeptRows(keyed=False)
        with workspace.ledger(submission.actor).write("keep what a check found") as connection:
            kept.since_approved(connection, submission.campaign, check.plan)
            record_check(connection, submission.id, check._replace(result={**check.result, **kept.says}), problems)
            for kind, parts in kept.parts.items():
                submission_checks.keep(connection, submission.id, kind, parts)
            if wrong := to_correct(check.result.get("rows") or {}, submission.number):
                outcome_events.note(connection, submission.campaign, check.at, outcome_events.CORRECTION, **wrong)
            stored_reports.store(connection, submission.campaign, reports, check.at, about=str(submission.number))


def _for_the_page(error: Exception) -> str:
    """The reason as it helps somebody who has the page with the columns before them, and no campaign.toml."""
    return str(error).replace(OR_A_DEFAULT, ", or choose below what every row has")


def _runtime(workspace: Workspace, submission: Submission, folder: Path) -> Runtime:
    options = submission.options
    asked = Asked(options.get("columns") or {}, defaults=options.get("defaults") or {})
    return workspace.runtime(submission.campaign, submission.actor, folder, asked)


def _with_corrections(workspace: Workspace, submission: Submission) -> Submission:
    """The submission with its corrections in the file, if it has any that are not there yet."""
    with workspace.ledger().read() as connection:
        corrections = corrections_of(connection, submission.id)
        older = submissions.get(connection, submission.corrects) if submission.corrects else submission
    if not corrections or submission.sha256 != older.sha256:
        return submission
    wanted = {
        one["number"]: CellCorrection(one["row"], one["field"], one["before"], one["after"]) for one in corrections
    }
    with restored(workspace, submission) as reading:
        runtime = _runtime(workspace, submission, reading.path.parent)
        ledger = workspace.ledger(submission.actor)
        with (
            corrected(reading, runtime, wanted) as (result, before),
            ledger.write("write corrections") as connection,
        ):
            record_before(connection, submission.id, before)
            return submissions.rewrite(connection, submission, result.path, result.path.name, workspace.at())


def _with_remembered(workspace: Workspace, submission: Submission) -> Submission:
    """The submission with the columns that were said of an earlier file, as far as this one has them."""
    remembered = submission.options.get("remembered")
    if not remembered:
        return submission
    there = {fold(one["header"]) for one in _headers_of(workspace, submission)}
    columns = {header: field for header, field in remembered.items() if fold(header) in there}
    options = {name: value for name, value in submission.options.items() if name != "remembered"}
    with workspace.ledger(submission.actor).write("remember columns") as connection:
        return submissions.set_options(
            connection, submission, {**options, **({"columns": columns} if columns else {})}
        )


def _headers_of(workspace: Workspace, submission: Submission) -> list[dict[str, Any]]:
    """The file's columns with what each was understood as, three values and a proposal; [] if it is not a spreadsheet."""
    with restored(workspace, submission) as reading:
        runtime = _runtime(workspace, submission, reading.path.parent)
        try:
            headers = header_samples(reading.file, runtime.rule_book, runtime.settings.columns, reading.sheet)
        except (FileUnusable, SettingsError):
            return []
        return [asdict(one) for one in headers]


def _checked(
    reading: ReadOptions, runtime: Runtime, kept: KeptRows
) -> tuple[Check, list[tuple[Any, ...]], dict[str, Path]]:
    """What was found, the problems as the ledger has them, and the reports."""
    refused = ""
    try:
        result = plan_file(reading, runtime, look=kept.look)
    except RefusedBeforeSending as error:  # the problems and the reports all the same
        refused = str(error)
        result = check_file(reading, runtime)
    headers = samples_of(result.head, runtime.rule_book, runtime.settings.columns)
    facts = {
        **result.plain(), "refused": refused, "headers": [asdict(one) for one in headers], "sheet": result.books.sheet,
        "notes": list(result.books.notes), "plan": _plan(result), "approval": result.approval.state,
        "held": _held(result.held, reading, runtime), "funds": list(result.funds),
        "kinds": _kinds(result),
        "unusual": [{"name": name, "sentence": sentence} for name, sentence in result.unusual],
    }  # fmt: skip
    identity = "" if refused else result.plan
    return Check(runtime.at(), "checked", identity, facts), list(_rows(result.problems)), dict(result.reports)


def _kinds(result: Result) -> dict[str, int]:
    """How many problems there are of each kind, where not all of them are kept."""
    tally = result.tally
    return tally.by_kind() if tally and tally.total + tally.warnings > len(result.problems) else {}


def _held(holds: Sequence[Hold], reading: ReadOptions, runtime: Runtime) -> list[dict[str, Any]]:
    """Held rows with their cells, and those of the row that each is like."""
    shown = holds[:HELD_SHOWN]
    like = {
        hold.row: next((int(n) for n in _ANOTHER_ROW.findall(hold.reason) if int(n) != hold.row), 0) for hold in shown
    }
    cells = _cells({*like, *like.values()} - {0}, reading, runtime) if shown else {}
    return [
        {"row": hold.row, "reason": hold.reason, "what_to_do": hold.remedy, "rule": hold.rule, "reference": hold.reference,
         "cells": cells.get(hold.row, {}), "like_row": like.get(hold.row, 0),
         "like": cells.get(like.get(hold.row, 0), {})}
        for hold in holds
    ]  # fmt: skip


def _cells(rows: set[int], reading: ReadOptions, runtime: Runtime) -> dict[int, dict[str, str]]:
    table = read(reading, runtime.settings, runtime.rule_book)
    return {
        row: {column.header: str(values[column.position]) for column in table.columns}
        for chunk in table.chunks()
        for part in [chunk.cells[chunk.cells.index.isin(list(rows))]]
        for row, values in zip(part.index.tolist(), part.to_dict("records"), strict=True)
    }


def _plan(result: Result) -> Any:
    """What plan.json says."""
    path = result.reports.get(PLAN_JSON)
    return orjson.loads(path.read_bytes()) if path else {}


def _rows(problems: tuple[Problem, ...]) -> Iterator[tuple[Any, ...]]:
    for one in problems:
        column = one.column
        field, header = (column.field or "", column.header) if column else ("", "")
        yield (one.row, one.cell, field, header, one.value, one.what, one.remedy, one.severity, one.rule)
