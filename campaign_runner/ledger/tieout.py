"""Where do our figures and Tango's differ?  Planned against placed against charged, line by line, added up in SQL.

All money here is whole ten-thousandths; what Tango stated is kept as its own text and turned into units on the way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Numeric, and_, case, cast, func, or_, select

from campaign_runner.ledger.rows import LINES, STATUS, UNITS
from campaign_runner.ledger.schema import batches, events, line_items
from campaign_runner.lifecycle import BatchState, RowStatus

SHOWN = 20


class Difference(NamedTuple):
    """A kind of difference: in `currency`, over `lines` lines, `units` in all; `examples` are (row, reference)."""

    currency: str
    lines: int
    units: int
    examples: tuple[tuple[int, str], ...]


class Sums(NamedTuple):
    """Per currency: what the plan comes to, what was placed of it, what Tango says it charged."""

    currency: str
    planned: int
    placed: int
    charged: int
    charged_lines: int


def _units(column: ColumnElement[Any]) -> ColumnElement[Any]:
    number = cast(func.nullif(column, ""), Numeric(30, 10, asdecimal=False))
    return func.coalesce(cast(func.round(number * 10_000), BigInteger), 0)


_CHARGED, _FEES = _units(line_items.c.charged), _units(line_items.c.fee) + _units(line_items.c.shipping_fee)
_SAME = line_items.c.charged_currency.in_(("", line_items.c.currency))
_LOST = STATUS.in_((RowStatus.FAILED, RowStatus.CANCELLED))
_CURRENT = line_items.c.superseded.is_(False)
_GAP = _CHARGED - UNITS - _FEES


def sums(connection: Connection, campaign: int) -> list[Sums]:
    """Planned, placed and charged of a campaign's lines in their newest attempt, per reward currency."""
    placed = case((batches.c.state != BatchState.PLANNED, UNITS), else_=0)
    charged = case((and_(_SAME, ~_LOST), _CHARGED), else_=0)
    told = case((and_(line_items.c.charged != "", _SAME, ~_LOST), 1), else_=0)
    columns = (line_items.c.currency, func.sum(UNITS), func.sum(placed), func.sum(charged), func.sum(told))
    query = select(*columns).select_from(LINES).where(line_items.c.campaign == campaign, _CURRENT)
    found = connection.execute(query.group_by(line_items.c.currency).order_by(line_items.c.currency))
    return [Sums(str(currency), *(int(value or 0) for value in values)) for currency, *values in found]


def charged_otherwise(connection: Connection, campaign: int) -> list[Difference]:
    """Lines whose charge is not quantity times face value plus the fees and shipping that Tango states."""
    return _differences(connection, campaign, _GAP, line_items.c.charged != "", _SAME, ~_LOST, _GAP != 0)


def stated_otherwise(connection: Connection, campaign: int) -> list[Difference]:
    """Lines for which Tango states another face value, or another currency, than ours."""
    stated = _units(line_items.c.stated)
    other = and_(line_items.c.stated != "", stated != line_items.c.face_units, stated != UNITS)
    foreign = and_(line_items.c.stated_currency != "", line_items.c.stated_currency != line_items.c.currency)
    return _differences(connection, campaign, stated - line_items.c.face_units, or_(other, foreign))


def not_refunded(connection: Connection, campaign: int) -> list[Difference]:
    """Failed or cancelled lines, of any attempt, for which Tango still states a charge."""
    return _differences(connection, campaign, _CHARGED, _LOST, _CHARGED != 0, current=False)


def foreign(connection: Connection, campaign: int) -> list[Difference]:
    """Lines that were charged in another currency than the reward's: compared by rate, not to the cent."""
    return _differences(connection, campaign, _CHARGED, ~_SAME, ~_LOST)


def corrections(connection: Connection, campaign: int) -> list[tuple[str, dict[str, Any]]]:
    """Lines that ended otherwise than they had: (when, {line, from, to}), oldest first."""
    import orjson

    query = select(events.c.at, events.c.data).where(events.c.campaign == campaign, events.c.kind == "line corrected")
    return [(at, orjson.loads(data)) for at, data in connection.execute(query.order_by(events.c.id))]


def _differences(
    connection: Connection,
    campaign: int,
    gap: ColumnElement[Any],
    *conditions: ColumnElement[bool],
    current: bool = True,
) -> list[Difference]:
    where = [line_items.c.campaign == campaign, *conditions, *([_CURRENT] if current else [])]
    query = select(line_items.c.currency, func.count(), func.sum(gap)).select_from(LINES).where(*where)
    found = connection.execute(query.group_by(line_items.c.currency).order_by(line_items.c.currency)).all()
    few = select(line_items.c.row, line_items.c.reference).select_from(LINES).where(*where)
    return [
        Difference(str(currency), int(lines), int(units), tuple(
            (int(row), str(reference)) for row, reference in connection.execute(
                few.where(line_items.c.currency == currency).order_by(line_items.c.row).limit(SHOWN))
        ))
        for currency, lines, units in found
    ]  # fmt: skip
