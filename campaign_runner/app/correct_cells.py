"""How is a cell corrected without opening the file?  As a new submission that corrects the older one; nobody's own
file is touched.  Who corrected what is written down at once; a job writes the cells and checks the result by the same
rules. Dates in another order are corrected all at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs, submission_checks, submissions
from campaign_runner.ledger.cell_corrections import CellCorrection, record_corrections
from campaign_runner.ledger.submission_checks import check_of, rows_alike
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict, UsageError

AT_ONCE, LONGEST = 10_000, 10_000


def correct_cells(
    workspace: Workspace,
    campaign_key: int,
    number: int,
    cells: Sequence[Mapping[str, Any]],
    actor: Actor,
    channel: str,
) -> Submission:
    """Correct cells of an upload: `field` (Tango's name, or the header of an own column), `value`, and either `row` or
    `before`: then every row of which this field has a problem with that value. Returns the new submission.

    Raises Conflict where the upload is not the newest or is being checked, UsageError for a cell that cannot be.
    """
    with workspace.ledger(actor).write("correct cells", durable=True) as connection:
        older = newest_checked(connection, campaign_key, number)
        corrections = list(_corrections(connection, older, cells))
        if not 0 < len(corrections) <= AT_ONCE:
            raise UsageError(f"Correct at least one cell, and at most {AT_ONCE:,} at once.")
        new = submissions.copy(connection, older, actor, channel, workspace.at(), corrects=older.id)
        record_corrections(connection, new, corrections, actor, workspace.at())
        jobs.want(connection, jobs.CHECK, new.id, workspace.at())
    return new


def newest_checked(connection: Connection, campaign_key: int, number: int) -> Submission:
    """An upload that may be corrected: the newest of its campaign, and checked."""
    submission = submissions.numbered(connection, campaign_key, number)
    newest = submissions.latest(connection, campaign_key)
    if newest and newest.id != submission.id:
        raise Conflict(f"Upload {number} is not the newest: upload {newest.number} came after it. Correct that one.")
    if jobs.is_wanted(connection, jobs.CHECK, submission.id) or not check_of(connection, submission.id):
        raise Conflict(f"Upload {number} is still being checked. Wait for the result, then correct its cells.")
    return submission


def _corrections(
    connection: Connection, older: Submission, cells: Sequence[Mapping[str, Any]]
) -> Iterator[CellCorrection]:
    check = check_of(connection, older.id)
    headers = check.result.get("headers", []) if check else []
    known = {name for column in headers for name in (column["field"], column["header"]) if name}
    for cell in cells:
        field, value = str(cell.get("field") or ""), cell.get("value")
        if field not in known:
            raise UsageError(f'The upload has no column "{field}". Its columns are: {", ".join(sorted(known)[:20])}.')
        if (
            not isinstance(value, str)
            or len(value) > LONGEST
            or not value.replace("\n", "").replace("\t", "").isprintable()
        ):
            raise UsageError(f"{field}: give the value as text of at most {LONGEST:,} printable characters.")
        for row in _rows(connection, older, cell, field):
            yield CellCorrection(row, field, str(cell.get("before") or ""), value)


def _rows(connection: Connection, older: Submission, cell: Mapping[str, Any], field: str) -> list[int]:
    row = cell.get("row")
    if isinstance(row, int) and not isinstance(row, bool) and row > 0:
        return [row]
    if row is not None or not isinstance(cell.get("before"), str):
        raise UsageError(f"{field}: name the row, or with `before` the value to replace in all rows.")
    rows = rows_alike(connection, older.id, field, cell["before"])
    if not rows:
        raise UsageError(f'{field}: no row has a problem with the value "{cell["before"]}".')
    return rows


DATES_AT_ONCE = 1_000
# In which order day, month and year stand; the same figures may be two different days, so a person says it.
ORDERS = {"day-month-year": (2, 1, 0), "month-day-year": (2, 0, 1)}
_DATE = re.compile(r"\s*([0-9]{1,2})[./ -]+([0-9]{1,2})[./ -]+([0-9]{4}|[0-9]{2})\s*")


def correct_dates(
    workspace: Workspace, campaign_key: int, number: int, header: str, order: str, actor: Actor, channel: str
) -> Submission:
    """Rewrite every date of a column that is not understood; raises UsageError where none is of this order."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        values = submission_checks.values_of(connection, submission.id, "", header, DATES_AT_ONCE)
    cells: list[dict[str, Any]] = [
        {"field": header, "before": value, "value": iso} for value, _ in values if (iso := iso_date(value, order))
    ]
    if not cells:
        raise UsageError(
            f"{header}: no value is a date of the order {order}. Choose the other order, or type the dates."
        )
    return correct_cells(workspace, campaign_key, number, cells, actor, channel)


def iso_date(text: str, order: str) -> str:
    """`31.12.2026` as `2026-12-31`; "" where it is no date of this order."""
    match = _DATE.fullmatch(text)
    if not match or order not in ORDERS:
        return ""
    year, month, day = (int(match.groups()[place]) for place in ORDERS[order])
    with suppress(ValueError):
        return date(year if year > 99 else 2000 + year, month, day).isoformat()
    return ""
