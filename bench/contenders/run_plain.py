"""Check, place and report a CSV file in plain Python, row by row: csv, sqlite3, json, http.client.

It does what has to be done and no more: rules, references by content, bodies kept before they are sent, answers kept
after, a file of results. It neither resumes nor looks anything up.
"""

from __future__ import annotations

import csv
import http.client
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.contenders.rules import person, problems, tidied

BATCH = 500
TABLES = """
create table batches (id integer primary key, reference text unique, body blob, state text);
create table lines (reference text primary key, batch integer, row integer, method text, utid text, amount text);
"""


def line_item(row: dict[str, str]) -> dict[str, Any]:
    """The JSON object of a row."""
    reference = "bench-" + sha256(json.dumps(["line", row["Employee ID"]]).encode()).hexdigest()[:32]
    line: dict[str, Any] = {
        "externalRefLineItemID": reference, "deliveryMethod": row["Delivery method"], "utid": row["UTID"],
        "amount": float(row["Amount"]),
    }  # fmt: skip
    if row["Quantity"]:
        line["quantity"] = int(row["Quantity"])
    if row["Shipping method"]:
        line["shippingMethod"] = row["Shipping method"]
    names = {"firstName": "First name", "lastName": "Last name", "email": "E-mail", "mobileNumber": "Mobile number"}
    recipient: dict[str, Any] = {name: row[header] for name, header in names.items() if row[header]}
    if row["Street"]:
        recipient["address"] = place(row, "Street", "City", "State", "ZIP", "Country")
    if recipient:
        line["recipient"] = recipient
    if row["Shipping street"]:
        headers = ("Shipping street", "Shipping city", "Shipping state", "Shipping ZIP", "Shipping country")
        line["shipping"] = {"address": place(row, *headers)}
    return line


def place(row: dict[str, str], *headers: str) -> dict[str, str]:
    """An address object."""
    names = ("streetLine1", "city", "stateOrProvince", "postalCode", "country")
    return dict(zip(names, (row[header] for header in headers), strict=True))


def body_of(lines: list[dict[str, Any]]) -> tuple[str, bytes]:
    """An order and its reference."""
    reference = "bench-" + sha256(json.dumps(lines).encode()).hexdigest()[:32]
    head = {"externalRefID": reference, "customerIdentifier": "acme-customer", "accountIdentifier": "acme-account"}
    return reference, json.dumps({**head, "lineItems": lines}).encode()


def sender(url: str) -> Callable[[bytes], str]:
    """A function that posts a body over one kept connection and returns the state of the order."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    headers = {"Content-Type": "application/json", "Authorization": "Basic c2ltdWxhdG9yOnNpbXVsYXRvcg=="}

    def post(body: bytes) -> str:
        connection.request("POST", f"{parts.path}/asyncOrders", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{answer.status}: {text[:300]!r}")
        return str(json.loads(text)["status"])

    return post


def batches(
    path: str, reject: Callable[[dict[str, str], list[str]], None]
) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """Valid rows, five hundred at a time, with their row numbers."""
    seen: set[str] = set()
    people: set[tuple[str, str, str]] = set()
    group: list[tuple[int, dict[str, str]]] = []
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(map(tidied, csv.DictReader(file)), 2):
            wrong = list(problems(row))
            if row["Employee ID"] in seen:
                wrong.append("Employee ID is there already")
            if person(row) in people:
                wrong.append("the same person gets the same reward already")
            if wrong:
                reject(row, wrong)
                continue
            seen.add(row["Employee ID"])
            people.add(person(row))
            group.append((number, row))
            if len(group) == BATCH:
                yield group
                group = []
    if group:
        yield group


def main(path: str, folder: str, url: str) -> None:
    home = Path(folder)
    ledger = sqlite3.connect(home / "plain.sqlite")
    ledger.executescript("pragma journal_mode = wal; " + TABLES)
    post = sender(url)
    with ExitStack() as stack:
        files = [stack.enter_context((home / name).open("w", newline="")) for name in ("results.csv", "failures.csv")]
        results, failures = (csv.writer(file) for file in files)
        for group in batches(path, lambda row, wrong: failures.writerow([*row.values(), "; ".join(wrong)])):
            items = [line_item(row) for _, row in group]
            reference, body = body_of(items)
            with ledger:
                made = ledger.execute("insert into batches values (null, ?, ?, 'sending')", (reference, body))
                ledger.executemany(
                    "insert into lines values (?, ?, ?, ?, ?, ?)",
                    [
                        (item["externalRefLineItemID"], made.lastrowid, number, item["deliveryMethod"], item["utid"],
                         row["Amount"])
                        for item, (number, row) in zip(items, group, strict=True)
                    ],
                )  # fmt: skip
            state = post(body)
            with ledger:
                ledger.execute("update batches set state = ? where id = ?", (state, made.lastrowid))
            results.writerows(
                [*row.values(), number, state, item["externalRefLineItemID"], reference]
                for item, (number, row) in zip(items, group, strict=True)
            )
    print(ledger.execute("select state, count(*) from batches group by 1").fetchall())


if __name__ == "__main__":
    main(*sys.argv[1:])
