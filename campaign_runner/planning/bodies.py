"""Which bytes are sent?  The body of a batch, and the same lines under another reference.

Bodies are put together from the canonical line payloads, never re-serialised, so they are the same bytes everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import orjson

from campaign_runner.model import Batch, LineItem, Order, line_columns
from campaign_runner.planning import references
from campaign_runner.planning.cutting import FORMAT
from campaign_runner.planning.single import digits, single


def batch(order: Order, lines: Sequence[LineItem], attempt: int = 1, *, format: str = FORMAT) -> Batch:
    """An async order of these lines, in this order; with `endpoint = "orders"`, the order of one line. `format` is that
    of its reference."""
    if order.endpoint == "orders":
        return single(order, lines[0], order.single_form, attempt)
    columns = line_columns(lines)
    items = [line_item(name, payload) for name, payload in zip(columns["reference"], columns["payload"], strict=True)]
    reference, body = _sealed(order, items, format)
    return Batch(reference, lines, body, attempt)


def rebatch(order: Order, body: bytes, keep: Sequence[str]) -> tuple[str, bytes]:
    """The lines `keep` of a body that Tango refused, as a new order: (reference, bytes)."""
    items = _items(body)
    return _sealed(order, [orjson.dumps(items[reference]) for reference in keep])


def payloads_of(body: bytes) -> dict[str, bytes]:
    """The line items of a body without their references: {reference: payload}."""
    items = _items(body)
    return {
        reference: orjson.dumps({name: value for name, value in item.items() if name != "externalRefLineItemID"})
        for reference, item in items.items()
    }


def line_item(reference: str, payload: bytes) -> bytes:
    """The payload with its reference in front."""
    return b'{"externalRefLineItemID":"' + reference.encode() + b'",' + payload[1:]


def _items(body: bytes) -> dict[str, dict[str, Any]]:
    parsed = json.loads(body, parse_float=digits)
    return {item["externalRefLineItemID"]: item for item in parsed["lineItems"]}


def _sealed(order: Order, items: Sequence[bytes], format: str = FORMAT) -> tuple[str, bytes]:
    reference = references.reference(order, references.batch_digest(order, items, format))
    return reference, order_body(order, reference, items)


def order_body(order: Order, reference: str, items: Sequence[bytes]) -> bytes:
    """The bytes of an async order of these line items."""
    head = {
        "externalRefID": reference,
        "customerIdentifier": order.customer,
        "accountIdentifier": order.account,
        "campaign": order.campaign,
        "purchaseOrderNumber": order.purchase_order,
        "notes": order.notes,
        "sender": dict(order.sender),
    }
    opening = orjson.dumps({key: value for key, value in head.items() if value})[:-1]
    return opening + b',"lineItems":[' + b",".join(items) + b"]}"
