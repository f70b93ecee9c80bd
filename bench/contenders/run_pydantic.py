"""The same with a pydantic model per row, and the orders as models too: everything read first, then placed."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bench.contenders.models import LINE, AnyLine
from bench.contenders.rules import tidied
from bench.contenders.run_plain import BATCH, TABLES, sender


class Address(BaseModel):
    """An address as Tango wants it."""

    streetLine1: str
    city: str
    stateOrProvince: str
    postalCode: str
    country: str


class Recipient(BaseModel):
    """Who is rewarded."""

    firstName: str
    lastName: str | None = None
    email: str | None = None
    mobileNumber: str | None = None
    address: Address | None = None


class Shipping(BaseModel):
    """Where a parcel goes."""

    address: Address


class LineItem(BaseModel):
    """One reward."""

    externalRefLineItemID: str
    deliveryMethod: str
    utid: str
    amount: float
    quantity: int = 1
    shippingMethod: str | None = None
    recipient: Recipient | None = None
    shipping: Shipping | None = None


class Order(BaseModel):
    """One order."""

    externalRefID: str
    customerIdentifier: str = "acme-customer"
    accountIdentifier: str = "acme-account"
    lineItems: list[LineItem]


def read(path: str) -> tuple[list[tuple[int, AnyLine]], list[tuple[int, str]]]:
    """(row number, line) of valid rows, (row number, message) of the others."""
    good: list[tuple[int, AnyLine]] = []
    bad: list[tuple[int, str]] = []
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(map(tidied, csv.DictReader(file)), 2):
            try:
                good.append((number, LINE.validate_python({name: value for name, value in row.items() if value})))
            except ValidationError as error:
                bad.append((number, str(error)))
    return good, bad


def line_item(line: AnyLine) -> LineItem:
    """The reward of a row."""
    known: dict[str, Any] = line.model_dump(exclude_none=True)
    address = None
    if "street" in known:
        address = Address(streetLine1=known["street"], city=known["city"], stateOrProvince=known["state"],
                          postalCode=known["zip"], country=known["country"])  # fmt: skip
    recipient = None
    if "first" in known:
        recipient = Recipient(firstName=known["first"], lastName=known.get("last"), email=known.get("email"),
                              mobileNumber=known.get("mobile"), address=address)  # fmt: skip
    return LineItem(
        externalRefLineItemID="bench-" + sha256(json.dumps(["line", line.employee]).encode()).hexdigest()[:32],
        deliveryMethod=line.method, utid=line.utid, amount=float(Decimal(line.amount)), quantity=line.quantity,
        shippingMethod=known.get("service"), recipient=recipient,
        shipping=Shipping(address=address) if address and not recipient else None,
    )  # fmt: skip


def main(path: str, folder: str, url: str) -> None:
    home = Path(folder)
    good, bad = read(path)
    ledger = sqlite3.connect(home / "plain.sqlite")
    ledger.executescript("pragma journal_mode = wal; " + TABLES)
    post = sender(url)
    with (home / "failures.csv").open("w", newline="") as file:
        csv.writer(file).writerows(bad)
    with (home / "results.csv").open("w", newline="") as file:
        results = csv.writer(file)
        for start in range(0, len(good), BATCH):
            group = good[start : start + BATCH]
            items = [line_item(line) for _, line in group]
            name = "bench-" + sha256("".join(item.externalRefLineItemID for item in items).encode()).hexdigest()[:32]
            body = Order(externalRefID=name, lineItems=items).model_dump_json(exclude_none=True).encode()
            with ledger:
                made = ledger.execute("insert into batches values (null, ?, ?, 'sending')", (name, body))
                ledger.executemany(
                    "insert into lines values (?, ?, ?, ?, ?, ?)",
                    [
                        (item.externalRefLineItemID, made.lastrowid, number, item.deliveryMethod, item.utid,
                         str(item.amount))
                        for item, (number, _) in zip(items, group, strict=True)
                    ],
                )  # fmt: skip
            state = post(body)
            with ledger:
                ledger.execute("update batches set state = ? where id = ?", (state, made.lastrowid))
            results.writerows(
                [*line.model_dump().values(), number, state, item.externalRefLineItemID, name]
                for item, (number, line) in zip(items, group, strict=True)
            )
    print(ledger.execute("select state, count(*) from batches group by 1").fetchall())


if __name__ == "__main__":
    main(*sys.argv[1:])
