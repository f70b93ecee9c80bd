"""Where do our figures and Tango's differ?  Planned against placed against charged, line by line, added up in SQL.

All money here is whole ten-thousandths.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select

from campaign_runner.ledger import tallies
from campaign_runner.ledger.lines import (
    CHARGED,
    GAP,
    GAPING,
    LINES,
    PAID_IN,
    PUZZLING,
    RESTATED,
    SAME,
    STATED,
    STATUS,
    UNITS,
)  # fmt: skip
from campaign_runner.ledger.schema import entries, line_items
from campaign_runner.lifecycle import LOST

SHOWN = 20


class Difference(NamedTuple):
    """A kind of difference: in `currency`, over `lines` lines, `units` in all; `examples` are (row, reference), the
    row 0 where the newest file has none."""

    currency: str
    lines: int
    units: int
    examples: tuple[tuple[int, str], ...]


_LOST, _CURRENT = STATUS.in_(LOST), line_items.c.superseded.is_(False)


def charged_otherwise(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines whose charge is not quantity times face value plus the fees and shipping that Tango states."""
    return _differences(connection, campaign, upload, GAP, GAPING, ~_LOST)


def stated_otherwise(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines for which Tango states another face value, or another currency, than ours."""
    return _differences(connection, campaign, upload, STATED - line_items.c.face_units, RESTATED)


def not_refunded(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Failed or cancelled lines, of any attempt, for which Tango still states a charge, by its currency."""
    return _differences(connection, campaign, upload, CHARGED, _LOST, CHARGED != 0, current=False, by=PAID_IN)


def foreign(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines charged in another currency than the reward's, by that one: compared by rate, not to the cent."""
    return _differences(connection, campaign, upload, CHARGED, ~SAME, ~_LOST, by=PAID_IN)


def not_understood(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines that Tango's order does not show, or of which it says something that nobody knows."""
    return _differences(connection, campaign, upload, UNITS, PUZZLING)


def _differences(
    connection: Connection, campaign: int, upload: int, gap: ColumnElement[Any], *conditions: ColumnElement[bool],
    current: bool = True, by: ColumnElement[str] = line_items.c.currency,
) -> list[Difference]:  # fmt: skip
    """`upload` is the newest file: rows are told by its numbers, lines of earlier files by their reference.

    Only batches that have anything odd are looked into.
    """
    where = [line_items.c.batch.in_(tallies.odd(campaign)), *conditions, *([_CURRENT] if current else [])]
    query = select(by, func.count(), func.sum(gap)).select_from(LINES).where(*where)
    found = connection.execute(query.group_by(by).order_by(by)).all()
    here = select(entries.c.row).where(entries.c.upload == upload, entries.c.line == line_items.c.id).limit(1)
    row = case((line_items.c.upload == upload, line_items.c.row), else_=func.coalesce(here.scalar_subquery(), 0))
    few = select(row.label("here"), line_items.c.reference).select_from(LINES).where(*where)
    return [
        Difference(str(currency), int(lines), int(units), tuple(
            (int(number), str(reference)) for number, reference in connection.execute(
                few.where(by == currency).order_by(line_items.c.upload.desc(), line_items.c.row).limit(SHOWN))
        ))
        for currency, lines, units in found
    ]  # fmt: skip
