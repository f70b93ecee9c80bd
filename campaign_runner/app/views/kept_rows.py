"""What is kept of a check for people to page through?  The lines of its plan, and what changed since the plan that was
approved last and since the upload before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions, read
from campaign_runner.app.submissions import restored
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import events, row_status, submission_checks, submissions
from campaign_runner.ledger.approvals import APPROVED
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.planning.kept_lines import (
    AT_ONCE,
    ComparedRow,
    RowChange,
    compared,
    kept_lines,
    row_changes,
    smallest_reward,
)
from campaign_runner.planning.plan_draft import PlanDraft

Parts = dict[str, list[bytes]]
# Longer lists are not held against each other row by row.
COMPARED = 50_000
# Where rows have no key, what names a row of a spreadsheet: the first of these that it has.
NAMING = (
    "recipient.email",
    "recipient.mobileNumber",
    "shipping.contactEmail",
    "shipping.contactName",
    "recipient.lastName",
)


class KeptRows:
    """Fills `parts` by kind, and `says` with their totals."""

    def __init__(self, *, keyed: bool) -> None:
        self.keyed = keyed
        self.parts: Parts = {}
        self.says: dict[str, Any] = {}

    def look(self, draft: PlanDraft) -> None:
        """Take the lines of a draft."""
        for kind, sent in ((submission_checks.LINES, False), (submission_checks.SENT, True)):
            lines = kept_lines(draft.plan, sent=sent, keyed=self.keyed)
            self.parts[kind] = [submission_checks.packed(part) for part in lines]
        self.says["trial"] = smallest_reward(draft.plan)

    def since_approved(self, connection: Connection, campaign_key: int, plan: str) -> None:
        """Hold the lines against those of the plan that was approved last, if that was another one."""
        log = events.of_kinds(connection, campaign_key, f"plan {APPROVED}")
        last = [event["data"]["plan"] for event in log if event["data"]["plan"] != plan]
        older = submission_checks.with_plan(connection, campaign_key, last[-1]) if last else None
        if older is None:
            return
        kept = submission_checks.parts(connection, older, submission_checks.LINES, submission_checks.SENT)
        before = list(islice(_lines(kept), COMPARED))
        mine = (
            part for kind in (submission_checks.LINES, submission_checks.SENT) for part in self.parts.get(kind, ())
        )
        now = list(islice(_lines(map(submission_checks.unpacked, mine)), COMPARED))
        statuses = row_status.statuses_of(connection, campaign_key, [row.reference for row in before])
        sent = {reference for reference, status in statuses.items() if status != RowStatus.UNSENT}
        self._keep(submission_checks.SINCE_APPROVED, before, now, {"plan": last[-1]}, sent)

    def since_upload(
        self, workspace: Workspace, submission: Submission, reading: ReadOptions, runtime: Runtime
    ) -> None:
        """Hold the rows of a new file against those of the upload before it."""
        with workspace.ledger().read() as connection:
            older = [one for one in submissions.listing(connection, submission.campaign)
                     if one.number < submission.number and not one.erased_at]  # fmt: skip
        if submission.corrects or not older:
            return
        try:
            with restored(workspace, older[0]) as before:
                rows = spreadsheet_rows(before, runtime)
        except CampaignRunnerError:  # it could not be read then, and cannot now
            return
        self._keep(
            submission_checks.SINCE_UPLOAD, rows, spreadsheet_rows(reading, runtime), {"number": older[0].number}
        )

    def _keep(
        self, kind: str, before: list[ComparedRow], now: list[ComparedRow], about: Mapping[str, Any],
        sent: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`sent`: lines that are not gone, whatever this file has in their place: that is held."""
        whole = max(len(before), len(now)) < COMPARED
        changes = row_changes(before, now) if whole else []
        changes = [one for one in changes if one.after or not one.before or one.before.reference not in sent]
        counts = Counter(change.kind for change in changes)
        self.says[f"since_{kind}"] = {**about, "whole": whole, "rows": dict(counts)}
        self.parts[kind] = list(map(submission_checks.packed, _in_parts(changes)))


def _lines(parts: Iterator[bytes]) -> Iterator[ComparedRow]:
    for part in parts:
        yield from compared(part)


def spreadsheet_rows(reading: ReadOptions, runtime: Runtime) -> list[ComparedRow]:
    """The rows of a spreadsheet by their headers."""
    table, key = read(reading, runtime.settings, runtime.rule_book), runtime.settings.identity.key
    named = [one for one in table.columns if one.header in key or one.field in key] if key else []
    fields = {one.field: one for one in table.columns if one.field}
    ways = [fields[field] for field in NAMING if field in fields]

    def name(values: Mapping[Any, Any]) -> str:
        if named:
            return "\n".join(str(values[one.position]).strip().casefold() for one in named).strip()
        return next((text for one in ways if (text := str(values[one.position]).strip().casefold())), "")

    rows = (
        ComparedRow(int(row), name(values), {one.header: str(values[one.position]) for one in table.columns})
        for chunk in table.chunks()
        for row, values in zip(chunk.cells.index.tolist(), chunk.cells.to_dict("records"), strict=True)
    )
    return list(islice(rows, COMPARED))


def _in_parts(changes: Sequence[RowChange]) -> Iterator[bytes]:
    for start in range(0, len(changes), AT_ONCE):
        yield orjson.dumps([plain_change(change) for change in changes[start : start + AT_ONCE]])


def plain_change(change: RowChange) -> dict[str, Any]:
    """A change with the fields that differ; of an added or removed row, with all of them."""
    before, after = (row.values if row else {} for row in (change.before, change.after))
    fields = change.fields or tuple(after or before)
    return {
        "kind": change.kind, "row": change.row, "row_before": change.before.row if change.before else None,
        "about": after or before, "before": {name: before.get(name, "") for name in fields} if before else {},
        "after": {name: after.get(name, "") for name in fields} if after else {},
    }  # fmt: skip
