"""How does the body of an answer become bytes to read?  Piece by piece, packed once at most, and never beyond its limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import httpx

from campaign_runner.tango.call_limits import LAYERS, Limit

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
