"""Which bytes are sent?  The body of a batch, and the same lines under another reference. Portions of a plan become
batches in any process.

Bodies are put together from the canonical line payloads, never re-serialised, so they are the same bytes everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pandas as pd

from campaign_runner.model import Batch, LineColumns, LineItem, Order, line_columns
from campaign_runner.planning import references
from campaign_runner.planning.cutting import FORMAT
from campaign_runner.planning.line_builder import wholes
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


NO_CONTACT = bytes(16)


@dataclass(frozen=True)
class PlanPortion:
    """`bounds`: first and last line of each batch in the plan, whose first `canary` lines go alone; `rows` are the lines
    of all of them, `texts` their payloads, each with its key as typed behind it."""

    order: Order
    format: str
    bounds: Sequence[tuple[int, int]]
    canary: int
    rows: pd.DataFrame
    texts: list[bytes]

    def batches(self) -> list[Batch]:
        """The batches with the exact bytes to send."""
        before, lines = self.bounds[0][0], self._lines()
        made = [
            batch(self.order, lines[start - before : end - before], format=self.format) for start, end in self.bounds
        ]
        return [replace(one, canary=start < self.canary) for one, (start, _) in zip(made, self.bounds, strict=True)]

    def _lines(self) -> LineColumns:
        rows, kinds = self.rows, ("", "content_", "contact_", "person_", "alias_")
        digests = [wholes(rows[f"{kind}hi"], rows[f"{kind}lo"]) for kind in kinds]
        identities, contents, contacts, people, aliases = digests
        origins = wholes(rows["origin_hi"], rows["origin_lo"]) if "origin_hi" in rows else identities
        payloads, keys, folded = self._keys()
        names = ("row", "method", "utid", "quantity", "face_units", "currency")
        return LineColumns({
            "reference": references.references(self.order, identities), "identity": identities, "content": contents,
            "contact": _named(contacts), "person": _named(people), "alias": _named(aliases), "origin": origins,
            "folded_key": folded, "key_text": keys, "payload": payloads,
            **{name: rows[name].tolist() for name in names},
        })  # fmt: skip

    def _keys(self) -> tuple[list[bytes], list[str | None], list[bytes | None]]:
        """The payloads without the keys that stand behind them, the keys as typed, and folded."""
        texts, lengths = self.texts, self.rows["key_length"].tolist()
        if not any(lengths):
            return texts, [None] * len(texts), [None] * len(texts)
        keys = [text[len(text) - length :].decode() for text, length in zip(texts, lengths, strict=True)]
        payloads = [text[: len(text) - length] for text, length in zip(texts, lengths, strict=True)]
        return payloads, [*keys], _named(wholes(self.rows["folded_hi"], self.rows["folded_lo"]))


def _named(digests: list[bytes]) -> list[bytes | None]:
    """None for zeros: the line names nobody, or has no key."""
    return [digest if digest != NO_CONTACT else None for digest in digests]
