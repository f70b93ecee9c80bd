"""Which cells did somebody correct?  Who, when, before and after; the file that they were in stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from campaign_runner.ledger import actors, events
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.submission_tables import corrections
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor


class CellCorrection(NamedTuple):
    """One cell: `field` is Tango's name or the header of an own column."""

    row: int
    field: str
    before: str
    after: str


def record_corrections(
    connection: Connection, submission: Submission, added: Sequence[CellCorrection], actor: Actor, at: str
) -> None:
    """Who corrected which cells, before and after: of the submission that has them."""
    rows = ((submission.id, i, *one, actors.packed(actor), at) for i, one in enumerate(added))
    names = ("submission", "number", "row", "field", "before", "after", "actor", "at")
    insert_many(connection, corrections, names, rows)
    cells = [f"row {one.row} {one.field}" for one in added]
    events.append(connection, submission.campaign, at, "cells corrected", number=submission.number, cells=cells)


def record_before(connection: Connection, submission: int, before: Mapping[int, str]) -> None:
    """What the corrected cells were, by the number of the correction."""
    for number, value in before.items():
        mine = (corrections.c.submission == submission, corrections.c.number == number)
        connection.execute(update(corrections).where(*mine).values(before=value))


def corrections_of(connection: Connection, submission: int) -> list[Mapping[str, Any]]:
    """The corrections that made this submission."""
    query = select(corrections).where(corrections.c.submission == submission).order_by(corrections.c.number)
    return [{**row, "actor": actors.unpacked(row["actor"])} for row in connection.execute(query).mappings()]
