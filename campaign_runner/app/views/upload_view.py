"""How does an upload stand, what is wrong in it, and what was corrected?  Plain values for pages and API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs, submission_checks, submissions
from campaign_runner.ledger.cell_corrections import corrections_of
from campaign_runner.ledger.submission_checks import check_of, problem_count
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.contact import is_personal, without_quotes
from campaign_runner.model.problem_tally import kind_of

# So many different values of one kind are shown to be corrected in all their rows at once.
VALUES = 100
MASK = "•••"
_MASKED: dict[str, Any] = {"cells": {}, "like": {}, "reason": MASK}


def uploads_of(workspace: Workspace, campaign_key: int) -> list[dict[str, Any]]:
    """All uploads of a campaign, the newest first."""
    with workspace.ledger().read() as connection:
        return [_short(connection, one) for one in submissions.listing(connection, campaign_key)]


def upload_view(workspace: Workspace, campaign_key: int, number: int, *, contacts: bool = True) -> dict[str, Any]:
    """One upload: `state`, `sheet`, `headers` with what each was understood as, `rows`, `problem_count`, notes.

    `reason`: why it cannot be sent; while it is being checked, why the check failed when it was tried last.
    """
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        short, check = _short(connection, submission), check_of(connection, submission.id)
        if check is None or short["state"] == "checking":
            failed = jobs.error_of(connection, jobs.CHECK, submission.id)
            return {**short, "sheet": "", "headers": [], "rows": {}, "amounts": {}, "problem_count": 0, "listed": 0,
                    "notes": [], "reason": failed, "held": [], "corrections": [], "defaults": {}}  # fmt: skip
        result = check.result
        made = corrections_of(connection, submission.id)
        unquoted = (
            str if contacts else partial(without_quotes, known={one["header"] for one in result.get("headers", [])})
        )
        return {
            **short, "sheet": result.get("sheet", ""), "rows": result.get("rows", {}), "amounts": result.get("amounts", {}),
            "headers": [one if contacts else {**one, "samples": []} for one in result.get("headers", [])],
            "problem_count": max(listed := problem_count(connection, submission.id), sum(result.get("kinds", {}).values())),
            "listed": listed, "notes": [unquoted(note) for note in result.get("notes", [])],
            "reason": unquoted(result.get("reason", "") or result.get("refused", "")),
            "held": [one if contacts else {**one, **_MASKED} for one in result.get("held", [])],
            "defaults": submission.options.get("defaults") or {},
            "corrections": [_correction(one, contacts=contacts) for one in made],
        }  # fmt: skip


def problems_of(
    workspace: Workspace, campaign_key: int, number: int, *, field: str = "", severity: str = "", rule: str = "",
    header: str = "", q: str = "", after: int = -1, limit: int = 100, contacts: bool = True,
) -> list[dict[str, Any]]:  # fmt: skip
    """A page of what is wrong, in the order of the file; each with its `number`. Without `contacts` nobody is found by a
    value."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        problems = submission_checks.problems_of(
            connection, submission.id, field=field, severity=severity, rule=rule, header=header, after=after,
            limit=limit, q=q if contacts else "",
        )  # fmt: skip
    return [dict(one) if contacts else _masked(one) for one in problems]


def _masked(one: Mapping[str, Any]) -> dict[str, Any]:
    """What to type instead of somebody's address is an address, too."""
    tells = is_personal(one["field"]) or not one["field"]
    return {**one, "value": MASK, **({"what_to_do": MASK} if tells and one["what_to_do"] else {})}


def problem_groups(workspace: Workspace, campaign_key: int, number: int) -> list[dict[str, Any]]:
    """Problems by kind, the most frequent first: `3 × is not an e-mail address`; all of them, also where not all are
    listed."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        groups, check = (
            submission_checks.problem_groups(connection, submission.id),
            check_of(connection, submission.id),
        )
    counted, times = check.result.get("kinds", {}) if check else {}, Counter(map(kind_of, groups))
    for one in groups:
        if times[kind := kind_of(one)] == 1:  # a kind of several columns is counted in all of them together
            one["count"] = max(one["count"], counted.get(kind, 0))
    return sorted(groups, key=lambda one: -int(one["count"]))


def values_of(workspace: Workspace, campaign_key: int, number: int, rule: str, header: str) -> list[tuple[str, int]]:
    """The wrong values of one kind with how often they stand there, the most frequent first."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        return submission_checks.values_of(connection, submission.id, rule, header, VALUES)


def file_of(workspace: Workspace, campaign_key: int, number: int) -> tuple[str, int, Iterator[bytes]]:
    """The file of an upload, with its corrections: name, size and bytes in parts."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)

    def parts() -> Iterator[bytes]:
        with workspace.ledger().read() as connection:
            yield from submissions.parts_of(connection, submission)

    return submission.name, submission.size, parts()


def _short(connection: Connection, submission: Submission) -> dict[str, Any]:
    check = check_of(connection, submission.id)
    waits = check is None or (not submission.upload and jobs.is_wanted(connection, jobs.CHECK, submission.id))
    older = submissions.get(connection, submission.corrects).number if submission.corrects else None
    return {"number": submission.number, "state": "checking" if waits or check is None else check.state,
            "name": submission.name, "size": submission.size, "at": submission.at, "by": submission.actor.user,
            "channel": submission.channel, "corrects": older, "mapped": "columns" in submission.options,
            "since_upload": check.result.get("since_upload", {}) if check else {}}  # fmt: skip


def _correction(one: Mapping[str, Any], *, contacts: bool) -> dict[str, Any]:
    shown = {"before": one["before"], "after": one["after"]} if contacts else {"before": MASK, "after": MASK}
    return {"row": one["row"], "field": one["field"], **shown, "by": one["actor"].user, "at": one["at"]}
