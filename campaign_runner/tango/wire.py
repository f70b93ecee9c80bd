"""How is Tango's JSON read?  Keys without case, numbers as Decimal, and nothing that surprises is an exception.

New fields may appear at any time, and `referenceLineItemId` is written `referenceLineItemID` elsewhere: so all keys
are put into lower case once, while reading. Only the fields that somebody asks for leave this folder.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

_MOST = Decimal(10) ** 14


class _Lower(dict[str, str]):
    """Keys that were seen before are not put into lower case again: a page of lines repeats a dozen of them."""

    def __missing__(self, key: str) -> str:
        if len(self) > 10_000:
            self.clear()
        return self.setdefault(key, key.lower())


_LOWER = _Lower()


class Tally(dict[str, Any]):
    """An object that begins with a whole number: perhaps a map from references to counts, whose keys are data.

    `written` has the keys as they came.
    """

    def __init__(self, lowered: dict[str, Any], pairs: list[tuple[str, Any]]) -> None:
        super().__init__(lowered)
        self.written = dict(pairs)


def read(body: bytes) -> Any:
    """The JSON with lower-case keys, or None where it is not (whole) JSON."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_lower)
    except (ValueError, RecursionError):
        return None


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def section(value: Any, key: str) -> dict[str, Any]:
    """The object under `key`, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: Any, longest: int = 200) -> str:
    """A scalar as one line of text; "" for anything else."""
    if type(value) is str and len(value) <= longest and value.isprintable():
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    return " ".join(str(value).replace("\0", " ").split())[:longest]


def count(value: Any) -> int | None:
    """`2` or `"2"` -> 2; None where it is no whole number from 0 up."""
    plain = text(value)
    return int(plain) if plain.isascii() and plain.isdigit() else None


def money(value: Any) -> Decimal | None:
    """A number, or a number as text, as Decimal; None for anything else and for what cannot be money (1e999)."""
    try:
        amount = value if type(value) is Decimal else Decimal(text(value))
        return amount if -_MOST < amount < _MOST and amount.adjusted() > -12 else None
    except InvalidOperation:  # no number, or NaN
        return None


def _lower(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    lowered = {_LOWER[key]: value for key, value in pairs}
    return Tally(lowered, pairs) if pairs and type(pairs[0][1]) is int else lowered


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")
