"""A tiny rule book, and short ways to make a file and read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import coverage
import pandas as pd
import pytest

from campaign_runner import intake
from campaign_runner.intake import sandbox
from campaign_runner.model import Field, Method, RawTable, RuleBook

KINDS = {"amount": "amount", "quantity": "count", "deliveryDate": "date", "recipient.address.postalCode": "postal"}


def _field(name: str, title: str, *spellings: str) -> tuple[str, Field]:
    return name, Field(name, title, "", "", "", spellings, (), {}, {"kind": KINDS.get(name, "text")})


BOOK = RuleBook(
    dict(
        [
            _field("deliveryMethod", "Delivery method", "Method"),
            _field("recipient.firstName", "First name", "Vorname", "Prénom"),
            _field("recipient.lastName", "Last name", "Surname"),
            _field("recipient.email", "E-mail", "Email address"),
            _field("recipient.mobileNumber", "Mobile", "Phone"),
            _field("recipient.address.postalCode", "ZIP"),
            _field("utid", "UTID", "Reward"),
            _field("amount", "Amount", "Reward amount"),
            _field("quantity", "Quantity"),
            _field("deliveryDate", "Delivery date"),
        ]
    ),
    {
        "EMAIL": Method(
            "EMAIL", "", "", "", (), (),
            example={"recipient.firstName": "Maya", "recipient.email": "maya@example.com", "amount": "25.00"},
        )
    },
    "tests",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _measured(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage learns nothing of a process that ends without a word: while it measures, files are read in this one."""
    if coverage.Coverage.current() and "test_sandbox" not in request.node.nodeid:
        monkeypatch.setattr(sandbox, "is_available", lambda: False)


@pytest.fixture
def shown() -> Callable[[RawTable], dict[int, list[str]]]:
    """`shown(table)`: row number -> cells."""

    def rows(table: RawTable) -> dict[int, list[str]]:
        frame = pd.concat([rows.cells for rows in table.chunks()])
        return dict(zip(frame.index.tolist(), frame.to_numpy().tolist(), strict=True))

    return rows


@pytest.fixture
def book() -> RuleBook:
    return BOOK


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawTable]:
    """`read("a.csv", "text or bytes")` writes the file and reads it."""

    def write_and_read(name: str, content: str | bytes, **options: Any) -> RawTable:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return intake.read(path, BOOK, **options)

    return write_and_read
