"""What follows from the columns of a line?  Its status, what it is worth, what Tango charged, and whether that is odd.

All money here is whole ten-thousandths; what Tango stated is kept as its own text and turned into units on the way.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, and_, case, cast, func, literal_column, or_

from campaign_runner.ledger.schema import batches, line_items
from campaign_runner.model.lifecycle import LINE_STATUS_OF_BATCH, LOST, RowStatus

LINES = line_items.join(batches, batches.c.id == line_items.c.batch)
# What a line is that has no status of its own: what its batch says.
OF_BATCH = case(*((batches.c.state == s, str(r)) for s, r in LINE_STATUS_OF_BATCH.items()))
STATUS = func.coalesce(line_items.c.status, OF_BATCH)
UNITS = line_items.c.quantity * line_items.c.face_units


def _units(column: ColumnElement[Any]) -> ColumnElement[Any]:
    number = cast(func.nullif(column, ""), Numeric(30, 10, asdecimal=False))
    return func.coalesce(cast(func.round(number * 10_000), BigInteger), 0)


CHARGED, _FEES = _units(line_items.c.charged), _units(line_items.c.fee) + _units(line_items.c.shipping_fee)
TOLD = line_items.c.charged != ""
# Charged in the currency of the reward (or not at all).
SAME = line_items.c.charged_currency.in_(("", line_items.c.currency))
# Without parameters, which PostgreSQL would take for different ones in SELECT and GROUP BY.
PAID_IN = func.coalesce(func.nullif(line_items.c.charged_currency, literal_column("''")), line_items.c.currency)

GAP = CHARGED - UNITS - _FEES
STATED = _units(line_items.c.stated)
GAPING = and_(TOLD, SAME, GAP != 0)
RESTATED = or_(
    and_(line_items.c.stated != "", line_items.c.face_units != STATED, STATED != UNITS),
    and_(line_items.c.stated_currency != "", line_items.c.stated_currency != line_items.c.currency),
)
PUZZLING = line_items.c.status == RowStatus.UNKNOWN
# Completed, and Tango has not stated what it charged for it.
UNSTATED = and_(line_items.c.status == RowStatus.COMPLETED, ~TOLD)
_MAYBE_LOST = or_(line_items.c.status.is_(None), line_items.c.status.in_(LOST))
# Every line that may be a difference, whatever its batch says: those that are not odd never are one.
ODD = or_(GAPING, RESTATED, ~SAME, PUZZLING, UNSTATED, and_(TOLD, _MAYBE_LOST, CHARGED != 0))
