"""Where do our figures and Tango's differ?  Planned against placed against charged, line by line, added up in SQL.

All money here is whole ten-thousandths; what Tango stated is kept as its own text and turned into units on the way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Numeric,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from campaign_runner.ledger.rows import LINES, STATUS, UNITS
from campaign_runner.ledger.schema import batches, entries, line_items
from campaign_runner.lifecycle import BatchState, RowStatus

SHOWN = 20


class Difference(NamedTuple):
    """A kind of difference: in `currency`, over `lines` lines, `units` in all; `examples` are (row, reference), the
    row 0 where the newest file has none."""

    currency: str
    lines: int
    units: int
    examples: tuple[tuple[int, str], ...]


def _units(column: ColumnElement[Any]) -> ColumnElement[Any]:
    number = cast(func.nullif(column, ""), Numeric(30, 10, asdecimal=False))
    return func.coalesce(cast(func.round(number * 10_000), BigInteger), 0)


_CHARGED, _FEES = _units(line_items.c.charged), _units(line_items.c.fee) + _units(line_items.c.shipping_fee)
_SAME = line_items.c.charged_currency.in_(("", line_items.c.currency))
_LOST = STATUS.in_((RowStatus.FAILED, RowStatus.CANCELLED))
_CURRENT = line_items.c.superseded.is_(False)
_GAP = _CHARGED - UNITS - _FEES
# Without parameters, which PostgreSQL would take for different ones in SELECT and GROUP BY.
_PAID_IN = func.coalesce(func.nullif(line_items.c.charged_currency, literal_column("''")), line_items.c.currency)


def sums(connection: Connection, campaign: int) -> list[tuple[str, int, int, int, int]]:
    """(currency, planned, placed, charged, lines charged) of a campaign's lines in their newest attempt."""
    placed = case((batches.c.state != BatchState.PLANNED, UNITS), else_=0)
    charged = case((and_(_SAME, ~_LOST), _CHARGED), else_=0)
    told = case((and_(line_items.c.charged != "", _SAME, ~_LOST), 1), else_=0)
    columns = (line_items.c.currency, func.sum(UNITS), func.sum(placed), func.sum(charged), func.sum(told))
    query = select(*columns).select_from(LINES).where(line_items.c.campaign == campaign, _CURRENT)
    found = connection.execute(query.group_by(line_items.c.currency).order_by(line_items.c.currency))
    return [(str(row[0]), int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in found]


def charged_otherwise(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines whose charge is not quantity times face value plus the fees and shipping that Tango states."""
    return _differences(connection, campaign, upload, _GAP, line_items.c.charged != "", _SAME, ~_LOST, _GAP != 0)


def stated_otherwise(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines for which Tango states another face value, or another currency, than ours."""
    stated = _units(line_items.c.stated)
    other = and_(line_items.c.stated != "", stated != line_items.c.face_units, stated != UNITS)
    foreign = and_(line_items.c.stated_currency != "", line_items.c.stated_currency != line_items.c.currency)
    return _differences(connection, campaign, upload, stated - line_items.c.face_units, or_(other, foreign))


def not_refunded(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Failed or cancelled lines, of any attempt, for which Tango still states a charge, by its currency."""
    return _differences(connection, campaign, upload, _CHARGED, _LOST, _CHARGED != 0, current=False, by=_PAID_IN)


def foreign(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines charged in another currency than the reward's, by that one: compared by rate, not to the cent."""
    return _differences(connection, campaign, upload, _CHARGED, ~_SAME, ~_LOST, by=_PAID_IN)


def not_understood(connection: Connection, campaign: int, upload: int) -> list[Difference]:
    """Lines that Tango's order does not show, or of which it says something that nobody knows."""
    return _differences(connection, campaign, upload, UNITS, line_items.c.status == RowStatus.UNKNOWN)


def _differences(
    connection: Connection, campaign: int, upload: int, gap: ColumnElement[Any], *conditions: ColumnElement[bool],
    current: bool = True, by: ColumnElement[str] = line_items.c.currency,
) -> list[Difference]:  # fmt: skip
    """`upload` is the newest file: rows are told by its numbers, lines of earlier files by their reference."""
    where = [line_items.c.campaign == campaign, *conditions, *([_CURRENT] if current else [])]
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
