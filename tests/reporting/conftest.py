"""Books from literal rows: one tuple per row, as a reader of the test would write them down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from campaign_runner.model import PLACED_COLUMNS, BookPages, Books, Column, Finding, OpenBooks, Order, StatedRows
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units

HEADERS = (("Employee ID", None), ("E-mail", "recipient.email"), ("Reward amount", "amount"), ("Cost centre", None))
STATES = ("status", "reason", "remedy", "reference", "order_reference", "tango_order_id", "updated_at")
ORDER = Order(
    campaign_id="2026-q4-recognition", customer="acme-customer", account="acme-account", campaign="Q4 recognition",
    purchase_order="PO-20431",
)  # fmt: skip

# row number, cells, status, reason, remedy, amount
FOUR_ROWS = (
    (2, ("00123", "ana@example.com", "25.00", "CC-1"), "completed", "", "", "25.00"),
    (
        3,
        ("00124", "bo@@example.com", "50.00", "CC-2"),
        "rejected",
        "B3 (E-mail): not an e-mail address.",
        "Type one.",
        "50.00",
    ),
    (5, ("00125", "cy@example.com", "10.00", "CC-1"), "pending", "", "", "10.00"),
    (6, ("00126", "di@example.com", "12.50", "CC-2"), "failed", "Tango: out of stock.", "Choose another.", "12.50"),
)


@pytest.fixture
def make_books() -> Callable[..., OpenBooks]:
    return books_of


def books_of(
    rows: Sequence[tuple[Any, ...]] = FOUR_ROWS, *, headers: Sequence[tuple[str, str | None]] = HEADERS,
    placed: Sequence[dict[str, Any]] = (), findings: tuple[Finding, ...] = (), ties_out: bool = True,
    currency: str = "USD", **more: Any,
) -> OpenBooks:  # fmt: skip
    stated = stated_rows(rows, currency)
    names = [status.value for status in RowStatus]
    counts = {name: int((stated.states["status"] == name).sum()) for name in names}
    known = stated.states[stated.states["units"] >= 0]
    units = known.groupby("status")["units"].sum()
    amounts = {currency: {name: from_units(int(units.get(name, 0))) for name in names}} if len(known) else {}
    values: dict[str, Any] = {
        "order": ORDER, "environment": "simulator", "source": "q4.xlsx", "sheet": "Rewards",
        "columns": tuple(Column(position, *header) for position, header in enumerate(headers)), "notes": (),
        "rows": counts, "amounts": amounts, "batches": {"planned": 0, "accepted": 1, "unknown": 0, "refused": 0},
        "findings": findings, "ties_out": ties_out, "stopped": "",
    }  # fmt: skip
    parts = [part for part in _halves(stated) if len(part.cells)]
    return OpenBooks(Books(**(values | more)), LiteralPages(parts, [placed_lines(placed)] if placed else []))


@dataclass
class LiteralPages(BookPages):
    parts: Sequence[StatedRows]
    lines: Sequence[pd.DataFrame]

    def stated(self):
        return iter(self.parts)

    def placed(self):
        return iter(self.lines)


def stated_rows(rows: Sequence[tuple[Any, ...]], currency: str = "USD") -> StatedRows:
    index = pd.Index([row[0] for row in rows])
    cells = pd.DataFrame([row[1] for row in rows], index=index, dtype="str")
    states = pd.DataFrame([_state(*row) for row in rows], columns=list(STATES), index=index, dtype="str")
    states["units"] = [int(Decimal(row[5]) * 10_000) if row[5] else -1 for row in rows]
    states["currency"] = currency
    return StatedRows(cells, states)


def placed_lines(lines: Sequence[dict[str, Any]]) -> pd.DataFrame:
    empty = dict.fromkeys(PLACED_COLUMNS)
    return pd.DataFrame([empty | line for line in lines], columns=list(PLACED_COLUMNS))


def _state(row: int, cells: object, status: str, reason: str, remedy: str, amount: str) -> list[str]:
    if status in ("rejected", "held"):
        return [status, reason, remedy, "", "", "", ""]
    return [status, reason, remedy, f"2026-q4-line{row}", "2026-q4-order", "RA-1", "2026-10-01T09:00:00Z"]


def _halves(stated: StatedRows) -> list[StatedRows]:
    """In two chunks, as the real books come in many."""
    middle = len(stated.cells) // 2
    halves = (slice(None, middle), slice(middle, None))
    return [StatedRows(stated.cells.iloc[half], stated.states.iloc[half]) for half in halves]
