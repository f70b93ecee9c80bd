"""Where do our figures and Tango's differ?  Planned against placed against charged, line by line, added up in SQL.

All money here is whole ten-thousandths. A `period` is a pair of instants (ISO 8601, UTC) between which lines were
placed, the second not included; "" leaves an end open.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, select

from campaign_runner.ledger import order_sums
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.line_columns import (
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
    UNSTATED,
)
from campaign_runner.ledger.schema import batches, entries, line_items, tallies
from campaign_runner.model.lifecycle import LOST

SHOWN = 20
Period = tuple[str, str]
ALWAYS: Period = ("", "")


class Difference(NamedTuple):
    """A kind of difference: in `currency`, over `lines` lines, `units` in all; `examples` are (row, reference, attempt):
    the row 0 where the newest file has none, the attempt 0 where it is the newest one."""

    currency: str
    lines: int
    units: int
    examples: tuple[tuple[int, str, int], ...]


_LOST, _CURRENT = STATUS.in_(LOST), line_items.c.superseded.is_(False)


class Foreign(NamedTuple):
    """Rewards of one currency that were charged in another: how many, face value and charge in ten-thousandths."""

    currency: str
    charged_currency: str
    lines: int
    units: int
    charged: int


# Every run asks, and mostly there is nothing: to put the questions together takes longer than to carry them out.
_ODD = Prepared(
    select(tallies.c.batch).where(tallies.c.campaign == bindparam("campaign"), tallies.c.odd > 0).limit(1)
)


def is_anything_odd(connection: Connection, campaign_key: int) -> bool:
    """Whether any line of a campaign may be a difference: where there is none, every question below comes to nothing."""
    return _ODD(connection, {"campaign": campaign_key}).fetchone() is not None


def charged_otherwise(connection: Connection, campaign_key: int, upload: int, period: Period) -> list[Difference]:
    """Lines whose charge is not quantity times face value plus the fees and shipping that Tango states."""
    return _differences(connection, campaign_key, upload, period, GAP, GAPING, ~_LOST)


def stated_otherwise(connection: Connection, campaign_key: int, upload: int, period: Period) -> list[Difference]:
    """Lines for which Tango states another face value, or another currency, than ours."""
    return _differences(connection, campaign_key, upload, period, STATED - line_items.c.face_units, RESTATED)


def not_refunded(connection: Connection, campaign_key: int, upload: int, period: Period) -> list[Difference]:
    """Failed or cancelled lines, of any attempt, for which Tango still states a charge, by its currency."""
    conditions = (_LOST, CHARGED != 0)
    return _differences(connection, campaign_key, upload, period, CHARGED, *conditions, current=False, by=PAID_IN)


def not_stated(connection: Connection, campaign_key: int, upload: int, period: Period) -> list[Difference]:
    """Completed lines for which Tango has not stated a charge."""
    return _differences(connection, campaign_key, upload, period, UNITS, UNSTATED)


def not_understood(connection: Connection, campaign_key: int, upload: int, period: Period) -> list[Difference]:
    """Lines that Tango's order does not show, or of which it says something that nobody knows."""
    return _differences(connection, campaign_key, upload, period, UNITS, PUZZLING)


def foreign(connection: Connection, campaign_key: int, period: Period = ALWAYS) -> list[Foreign]:
    """What was charged in another currency than the reward's: compared by rate, not to the cent."""
    if not is_anything_odd(connection, campaign_key):
        return []
    keys = (line_items.c.currency, PAID_IN)
    query = select(*keys, func.count(), func.sum(UNITS), func.sum(CHARGED)).select_from(LINES)
    where = (line_items.c.batch.in_(order_sums.odd(campaign_key)), ~SAME, ~_LOST, _CURRENT, *placed_in(period))
    rows = connection.execute(query.where(*where).group_by(*keys).order_by(*keys))
    return [Foreign(str(row[0]), str(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows]


def placed_in(period: Period) -> list[ColumnElement[bool]]:
    """The conditions under which a line was placed in a period."""
    first, after = period
    conditions = [(first, batches.c.sent_at >= first), (after, batches.c.sent_at < after)]
    return [condition for moment, condition in conditions if moment]


def _differences(
    connection: Connection, campaign_key: int, upload: int, period: Period, gap: ColumnElement[Any],
    *conditions: ColumnElement[bool], current: bool = True, by: ColumnElement[str] = line_items.c.currency,
) -> list[Difference]:  # fmt: skip
    """`upload` is the newest file: rows are told by its numbers, lines of earlier files by their reference.

    Only batches that have anything odd are looked into.
    """
    where = [line_items.c.batch.in_(order_sums.odd(campaign_key)), *conditions, *placed_in(period)]
    where += [_CURRENT] if current else []
    query = select(by, func.count(), func.sum(gap)).select_from(LINES).where(*where)
    rows = connection.execute(query.group_by(by).order_by(by)).all()
    # A line that was placed again is in the entries by its newest attempt, which has its upload and row.
    newest = line_items.alias()
    same = (newest.c.upload == line_items.c.upload, newest.c.row == line_items.c.row, newest.c.superseded.is_(False))
    here = select(entries.c.row).where(entries.c.upload == upload, entries.c.line == newest.c.id, *same).limit(1)
    row = case((line_items.c.upload == upload, line_items.c.row), else_=func.coalesce(here.scalar_subquery(), 0))
    attempt = case((line_items.c.superseded, line_items.c.attempt), else_=0)
    few = select(row.label("here"), line_items.c.reference, attempt).select_from(LINES).where(*where)
    return [
        Difference(str(currency), int(lines), int(units), tuple(
            (int(number), str(reference), int(again)) for number, reference, again in connection.execute(
                few.where(by == currency).order_by(line_items.c.upload.desc(), line_items.c.row).limit(SHOWN))
        ))
        for currency, lines, units in rows
    ]  # fmt: skip
