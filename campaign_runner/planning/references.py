"""Under which reference?  Pure functions of what is sent: one row, one reference, on any machine, day, row order.

A reference is the campaign id, a hyphen and 128 bits of SHA-256 in hex over a JSON array of strings, which is
delimiter-safe. `tests/golden/references*.json` pin them forever: changing anything here would reward people twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import orjson
import pandas as pd
import pyarrow as pa

from campaign_runner.model import Order
from campaign_runner.planning.line_template import LineTemplate, escaped
from campaign_runner.planning.payloads import as_text, each, joined

FORMAT = "1"  # of line references, forever; orders have their own (`cutting`)
DIGEST_BYTES = 16


def line_digests(order: Order, identities: pa.Array) -> list[bytes]:
    """The digest of each line; `identities` are JSON strings joined by commas (see `content` and `keys`)."""
    start = sha256(_head("line", order))
    digests = []
    for identity in each(identities):
        digest = start.copy()
        digest.update(identity)
        digest.update(b"]")
        digests.append(digest.digest()[:DIGEST_BYTES])
    return digests


def derived(digest: bytes, kind: str, mark: str) -> bytes:
    """The digest of one more line of this identity: (`occurrence`, "2"), (`changed`, content), (`attempt`, "2")."""
    return sha256(orjson.dumps([FORMAT, "line", digest.hex(), kind, mark])).digest()[:DIGEST_BYTES]


def content(rows: LineTemplate) -> pa.Array:
    """The whole normalised row as `"content","amount","25.00",…`: names sorted, empty cells left out."""
    return rows.texts(_template)


def keys(columns: Sequence[pd.Series[str]]) -> pa.Array:
    """The values of the `[identity]` columns, in the order of the setting."""
    values = [joined('"', escaped(as_text(column.fillna(""))), '"') for column in columns]
    return joined('"key"', *values, separator=",")


def content_digests(contents: pa.Array) -> list[bytes]:
    """What tells a changed row from an unchanged one where a key names it."""
    return [sha256(text).digest()[:DIGEST_BYTES] for text in each(contents)]


def batch_digest(order: Order, lines: Iterable[bytes], format: str) -> bytes:
    """Over the ordered line items as they are sent, each with its reference; `format` is that of the cuts."""
    digest = sha256(_head("batch", order, format))
    digest.update(orjson.dumps([line.decode() for line in lines])[1:-1] + b",]")
    return digest.digest()[:DIGEST_BYTES]


def reference(order: Order, digest: bytes) -> str:
    """`2026-q4-recognition-3f…`: at most 73 characters of letters, digits and hyphens."""
    return f"{order.campaign_id}-{digest.hex()}"


def _template(names: Iterable[str]) -> list[str]:
    parts = ['"content"']
    for name in sorted(names):
        parts[-1] += f',"{name}","'
        parts += [name, '"']
    return parts


def references(order: Order, digests: Iterable[bytes]) -> list[str]:
    """The references of many digests."""
    return [f"{order.campaign_id}-{digest.hex()}" for digest in digests]


def _head(kind: str, order: Order, format: str = FORMAT) -> bytes:
    """The opening of the JSON array: everything that every reference of this campaign is bound to."""
    values = [format, kind, order.endpoint, order.customer, order.account, order.campaign_id]
    return orjson.dumps(values)[:-1] + b","
