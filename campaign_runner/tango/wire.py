"""How is Tango's JSON read?  Keys without case, numbers as Decimal, and nothing that surprises is an exception. Its
bytes are unpacked piece by piece, within a limit.

New fields may appear at any time, and `referenceLineItemId` is written `referenceLineItemID` elsewhere: so all keys
are put into lower case once, while reading. Only the fields that somebody asks for leave this folder, and all of them
pass `text`, `count` or `money`: whatever leaves is printable, of a length that the ledger can keep, and a number that
can be added up.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from datetime import datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

import httpx

from campaign_runner.tango.call_limits import LAYERS, Limit

# The longest text that is kept of a field; the ledger's columns are at least as long.
LENGTHS: dict[str, int] = {
    "reference": 200,  # of lines and orders: compared with ours, never kept
    "tango_order_id": 100,
    "tango_reference": 100,
    "delivery_status": 40,
    "status": 40,
    "currency": 3,
    "code": 20,
    "request_id": 100,
    "at": 40,
    "cursor": 2000,
    "sentence": 2000,
    "path": 200,
    "name": 200,
    "utid": 20,
    "method": 20,
}
# No amount, rate or charge is larger, and none is kept with more places: a million of them can be added up.
MOST, PLACES = Decimal(10) ** 10, Decimal("1e-12")
MOST_COUNTED = 2**31 - 1
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_EXACT = Context(prec=60)


class _Lower(dict[str, str]):
    """Keys that were seen before are not put into lower case again: a page of lines repeats a dozen of them."""

    def __missing__(self, key: str) -> str:
        if len(self) > 10_000:
            self.clear()
        return self.setdefault(key, key.lower()) if len(key) <= 100 else key.lower()


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
        return json.loads(body, parse_float=_decimal, parse_constant=_refuse, object_pairs_hook=_lower)
    except (ValueError, RecursionError, MemoryError):
        return None


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def section(value: Any, key: str) -> dict[str, Any]:
    """The object under `key`, or an empty one."""
    part = value.get(key) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def text(value: Any, field: str = "name") -> str:
    """A scalar as one printable line, as long as `LENGTHS` allows; "" for anything else. Half an emoji becomes "?"."""
    longest = LENGTHS[field]
    if type(value) is str and len(value) <= longest and value.isprintable():
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    plain = str(value)[: 4 * longest].encode("utf-8", "replace").decode()
    printable = "".join(letter if letter.isprintable() else " " for letter in plain)
    return " ".join(printable.split())[:longest].strip()


def moment(value: Any) -> str:
    """A time as Tango wrote it; "" for what is not ISO 8601."""
    plain = text(value, "at")
    try:
        datetime.fromisoformat(plain)
    except ValueError:
        return ""
    return plain


def count(value: Any) -> int | None:
    """`2` or `"2"` -> 2; None where it is not a whole number from 0 up, or one that nobody counts to."""
    plain = text(value)
    number = int(plain) if plain.isascii() and plain.isdigit() else None
    return number if number is not None and number <= MOST_COUNTED else None


def money(value: Any) -> Decimal | None:
    """A number, or a number as text, as Decimal; None for anything else and for what cannot be money (1e999)."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    try:
        amount = value if type(value) is Decimal else Decimal(value)
        if not amount:
            return Decimal(0) if amount.as_tuple().exponent not in range(-12, 1) else amount
        if not (-MOST < amount < MOST and amount.adjusted() > -12):
            return None
        exponent = amount.as_tuple().exponent
        return amount.quantize(PLACES, context=_EXACT) if isinstance(exponent, int) and exponent < -12 else amount
    except (InvalidOperation, ValueError):  # NaN, or more digits than anybody writes
        return None


def unreadable(*values: Any) -> bool:
    """Whether one of these is stated, and is not an amount that can be read."""
    return any(value not in (None, "") and money(value) is None for value in values)


def _decimal(written: str) -> Decimal | str:
    """A number as it was written, whatever its exponent: what is not a number to us stays a text."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return written


def _lower(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    lowered = {_LOWER[key]: value for key, value in pairs}
    return Tally(lowered, pairs) if pairs and type(pairs[0][1]) is int else lowered


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


# What we say that we can unpack; whatever else comes was not asked for.
ACCEPTED = "gzip, deflate"
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER, _BARE = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


class TooLarge(httpx.DecodingError):
    """More bytes than the call may cost."""


def unpacked(parts: Iterable[bytes], encoding: str, limit: Limit) -> bytes:
    """The whole body; raises TooLarge, or httpx.DecodingError for what cannot be unpacked."""
    layers = [name for name in (part.strip().lower() for part in encoding.split(",")) if name not in ("", "identity")]
    if len(layers) > LAYERS or not set(layers) <= _PACKED:
        raise httpx.DecodingError(f"packed as {encoding[:40]!r}")
    body, taken = bytearray(), 0
    unpack = _Unpacker(limit.unpacked) if layers else None
    for part in parts:
        taken += len(part)
        if taken > limit.packed:
            raise TooLarge(f"more than {limit.packed:,} bytes")
        body += unpack.more(part) if unpack else part
    if len(body) > limit.unpacked:
        raise TooLarge(f"more than {limit.unpacked:,} bytes")
    return bytes(body)


class _Unpacker:
    """gzip, in one or more members, or deflate, with or without its head."""

    def __init__(self, most: int) -> None:
        self._left, self._begun = most, False
        self._stream = zlib.decompressobj(_EITHER)

    def more(self, part: bytes) -> bytes:
        """What comes of these bytes."""
        out = bytearray()
        while part:
            if self._stream.eof:
                self._stream = zlib.decompressobj(_EITHER)
            data = self._decompress(part)
            self._left -= len(data)
            if self._left < 0 or self._stream.unconsumed_tail:
                raise TooLarge("unpacked, it is more than the call may cost")
            out += data
            part = self._stream.unused_data
        return bytes(out)

    def _decompress(self, part: bytes) -> bytes:
        begun, self._begun = self._begun, True
        try:
            return self._stream.decompress(part, self._left + 1)
        except zlib.error:
            if begun:
                raise httpx.DecodingError("the packed body is damaged") from None
        try:
            self._stream = zlib.decompressobj(_BARE)
            return self._stream.decompress(part, self._left + 1)
        except zlib.error:
            raise httpx.DecodingError("the body is not packed as it says") from None
