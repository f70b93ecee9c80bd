"""How do dates that were typed in another order become year-month-day, all of them at once?"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any

from campaign_runner.app.correct_cells import correct_cells
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import checks, submissions
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import UsageError

AT_ONCE = 1_000
# In which order day, month and year stand; the same figures may be two different days, so a person says it.
ORDERS = {"day-month-year": (2, 1, 0), "month-day-year": (2, 0, 1)}
_DATE = re.compile(r"\s*([0-9]{1,2})[./ -]+([0-9]{1,2})[./ -]+([0-9]{4}|[0-9]{2})\s*")


def correct_dates(
    workspace: Workspace, campaign_key: int, number: int, header: str, order: str, actor: Actor, channel: str
) -> Submission:
    """Rewrite every date of a column that is not understood; raises UsageError where none is of this order."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        values = checks.values_of(connection, submission.id, "", header, AT_ONCE)
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
