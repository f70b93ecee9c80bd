"""What is sent to POST /orders, for accounts without async orders?  One order per line, in the second page's form.

The order's externalRefID is the line's reference, which is bound to the endpoint: it can never meet one of
/asyncOrders. What that page cannot carry is refused here, never dropped where it would change what a person gets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
import pandas as pd

from campaign_runner.model import Batch, LineItem, Order

# The page of POST /orders: `sendEmail` today; `deliveryMethod` (PHONE, EMBEDDED) is announced there as coming.
METHODS = {
    "sendEmail": ("EMAIL", "NONE", "ADDRESS"),
    "deliveryMethod": ("EMAIL", "PHONE", "NONE", "ADDRESS", "EMBEDDED"),
}
_SAME = ("utid", "ptid", "amount", "recipient", "emailSubject", "message", "etid", "expirationDate")
_RECIPIENT = {"sendEmail": ("firstName", "lastName", "email", "address"),
              "deliveryMethod": ("firstName", "lastName", "email", "mobileNumber", "address")}  # fmt: skip
_ADDRESS = ("streetLine1", "streetLine2", "city", "stateOrProvince", "postalCode", "country")


def undeliverable(fields: pd.DataFrame, form: str) -> dict[int, tuple[str, str, str]]:
    """Rows that /orders cannot carry: {row: (field, what is wrong, what to do)}."""
    can = METHODS[form]
    method = fields["deliveryMethod"]
    away = 'or set endpoint = "asyncOrders" in campaign.toml.'
    problems = {
        row: ("deliveryMethod", 'cannot be delivered through endpoint = "orders".', f"Use {', '.join(can)}, {away}")
        for row in fields.index[~method.isin(can)]
    }
    if "deliveryDate" in fields:
        for row in fields.index[method.isin(can) & fields["deliveryDate"].notna()]:
            remedy = f"Empty the cell to send the reward at once, {away}"
            problems[row] = ("deliveryDate", 'cannot be kept by endpoint = "orders", which sends at once.', remedy)
    return problems


def single(order: Order, line: LineItem, form: str = "sendEmail", attempt: int = 1) -> Batch:
    """An order of one line."""
    parts = json.loads(line.payload, parse_float=digits)
    body = {"externalRefID": line.reference, **_head(order), **{name: parts[name] for name in _SAME if name in parts}}
    if "recipient" in body:
        body["recipient"] = _recipient(body["recipient"], form)
    if form == "sendEmail":
        body["sendEmail"] = parts["deliveryMethod"] == "EMAIL"
    else:
        body["deliveryMethod"] = parts["deliveryMethod"]
    if notes := parts.get("lineItemNote") or order.notes:
        body["notes"] = notes
    return Batch(line.reference, (line,), orjson.dumps(body), attempt)


def renamed(body: bytes, line: LineItem, attempt: int) -> Batch:
    """The same order under the line's new reference."""
    parts = json.loads(body, parse_float=digits) | {"externalRefID": line.reference}
    return Batch(line.reference, (line,), orjson.dumps(parts), attempt)


def _head(order: Order) -> dict[str, Any]:
    head = {"customerIdentifier": order.customer, "accountIdentifier": order.account, "campaign": order.campaign,
            "purchaseOrderNumber": order.purchase_order, "sender": dict(order.sender)}  # fmt: skip
    return {name: value for name, value in head.items() if value}


def _recipient(recipient: Mapping[str, Any], form: str) -> dict[str, Any]:
    kept = {name: recipient[name] for name in _RECIPIENT[form] if name in recipient}
    if "address" in kept:
        kept["address"] = {name: kept["address"][name] for name in _ADDRESS if name in kept["address"]}
    return kept


def digits(number: str) -> orjson.Fragment:
    """For `json.loads(parse_float=…)`: the number as it was written."""
    Decimal(number)  # what is not a number would raise here, before it gets into an order
    return orjson.Fragment(number.encode())
