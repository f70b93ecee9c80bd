"""What does finance see of a placed line?  References, reward, money and dates; no names, no contact data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Books, money
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.table import same, texts

_MONEY, _COUNT, _TIME = "#,##0.00##", "0", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class LineColumn:
    """One column of the finance report: `source` is a column of `PLACED_COLUMNS`, or what this file derives."""

    heading: Heading
    source: str


def _text(title: str, source: str) -> LineColumn:
    return LineColumn(Heading(title), source)


def _number(title: str, source: str, number_format: str = _MONEY) -> LineColumn:
    return LineColumn(Heading(title, CellKind.NUMBER, number_format), source)


LINE_COLUMNS = (
    _text("externalRefLineItemID", "reference"),
    _text("externalRefID", "order_reference"),
    _text("referenceOrderID", "tango_order_id"),
    _text("referenceLineItemID", "tango_reference"),
    _text("utid", "utid"),
    _text("deliveryMethod", "method"),
    _number("Quantity", "quantity", _COUNT),
    _number("Face value", "face"),
    _number("Total", "total"),
    _text("Currency", "currency"),
    _number("Amount charged", "charged"),
    _text("Charged currency", "charged_currency"),
    _number("Fees", "fee"),
    _number("Shipping fee", "shipping_fee"),
    _number("Exchange rate", "exchange_rate", "0.00####"),
    _text("Status", "status"),
    _text("Delivery status", "delivery_status"),
    _number("Attempt", "attempt", _COUNT),
    LineColumn(Heading("Placed at", CellKind.TIME, _TIME), "placed_at"),
    LineColumn(Heading("Updated at", CellKind.TIME, _TIME), "updated_at"),
    _text("Purchase order", "purchase_order"),
    _text("Campaign", "campaign"),
    _text("Campaign ID", "campaign_id"),
    _text("Environment", "environment"),
)
TITLES = tuple(column.heading.title for column in LINE_COLUMNS)
AMOUNTS = frozenset({"charged", "fee", "shipping_fee", "exchange_rate"})


def line_columns(books: Books, placed: pd.DataFrame) -> list[Any]:
    """Arrow strings in the order of `LINE_COLUMNS`."""
    return [_column(books, placed, column.source) for column in LINE_COLUMNS]


def _column(books: Books, placed: pd.DataFrame, source: str) -> Any:
    if source == "environment":
        return same(books.environment, len(placed))
    if source in _OF_ORDER:
        return same(getattr(books.order, source), len(placed))
    if source in ("face", "total"):
        factor = placed["quantity"] if source == "total" else 1
        return amounts(placed["face_units"].astype("int64") * factor, in_units=True)
    if source in AMOUNTS:
        return amounts(placed[source])
    return texts(placed[source].astype("str"))


_OF_ORDER = frozenset({"purchase_order", "campaign", "campaign_id"})


def amounts(series: Any, in_units: bool = False) -> Any:
    """Units, Decimals or plain text -> plain text with two places or more; "" where nothing is stated.

    Amounts repeat, so each different one is put into words once.
    """
    codes, different = pd.factorize(series)
    words = [_amount(value, in_units) for value in different]
    known = pa.array([*words, ""], pa.large_string())
    return known.take(pc.if_else(pc.less(pa.array(codes), 0), len(words), pa.array(codes)))


def _amount(value: Any, in_units: bool) -> str:
    if in_units:
        return money.text(money.from_units(int(value)))
    return money.text(Decimal(str(value))) if str(value).strip() else ""
