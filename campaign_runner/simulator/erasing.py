"""How are people erased from the stand-in's memory?  In place: each line keeps its length, so that a stand-in that is
running goes on reading where it was."""

from __future__ import annotations

import base64
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.simulator import test_values
from campaign_runner.simulator.state import PlacedOrder

# Given an order's reference, the time of placing and its line items: which of them go.
Chosen = Callable[[str, float, list[dict[str, Any]]], list[int]]
_PERSONAL = ("recipient", "shipping", "bulkShipping", "message", "emailSubject", "lineItemNote", "notes")
_ORDER = b'{"kind":"order"'


def erase(path: Path, chosen: Chosen, *, dry_run: bool = False) -> int:
    """Take the recipients of the chosen line items out of a stand-in's file; returns in how many orders."""
    if not path.exists():
        return 0
    erased = 0
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        start = 0
        while line := file.readline():
            if line.startswith(_ORDER) and (event := _erased(orjson.loads(line), chosen)):
                erased += 1
                if not dry_run:
                    _replace(file.fileno(), start, line, event)
            start += len(line)
        os.fsync(file.fileno())
    return erased


def _erased(event: dict[str, Any], chosen: Chosen) -> dict[str, Any] | None:
    """The event without people; None where nobody was chosen, or nobody is left."""
    values = {name: value for name, value in event.items() if name != "kind"}
    placed = PlacedOrder(**values | {"packed": base64.b64decode(event["packed"])})
    order = placed.order
    items = order.get("lineItems", [order])
    hit = [number for number in chosen(placed.reference, placed.at, items) if _is_personal(items[number])]
    if not hit:
        return None
    for number in hit:
        _empty(items[number])
    return {"kind": "order", **values, **_packed(orjson.dumps(order))}


def _packed(body: bytes) -> dict[str, Any]:
    """Smaller than it was: less text, and packed with more effort."""
    import pyarrow as pa

    packed = pa.Codec("zstd", compression_level=19).compress(body, asbytes=True)
    return {"packed": base64.b64encode(packed).decode(), "size": len(body)}


def _is_personal(item: dict[str, Any]) -> bool:
    return any(item.get(name) not in (None, _stub(item)) for name in _PERSONAL)


def _empty(item: dict[str, Any]) -> None:
    """Nobody is left; what makes the line behave in a special way is."""
    stub = _stub(item)
    for name in _PERSONAL:
        item.pop(name, None)
    if stub:
        item["recipient"] = stub


def _stub(item: dict[str, Any]) -> dict[str, str]:
    spell = test_values.spell(item)
    return {"email": f"{spell}@"} if spell else {}


def _replace(file: int, start: int, line: bytes, event: dict[str, Any]) -> None:
    new = orjson.dumps(event)
    if len(new) >= len(line):
        raise ValueError("an order cannot become longer by erasing")
    os.pwrite(file, new + b" " * (len(line) - 1 - len(new)), start)
