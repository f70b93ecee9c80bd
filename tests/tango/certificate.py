"""A certificate that nobody vouches for, made anew each time: for a server that must not be trusted."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from random import Random

_RSA, _SHA256_WITH_RSA, _COMMON_NAME = "2a864886f70d010101", "2a864886f70d01010b", "550403"
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_E = 65537


def self_signed(folder: Path, name: str = "127.0.0.1") -> Path:
    """A PEM file with a key of its own and a certificate that it signed itself."""
    dice = Random(name)  # the key guards nothing, so it may be the same each time
    p, q = _prime(dice), _prime(dice)
    n, d = p * q, pow(_E, -1, (p - 1) * (q - 1))
    key = _sequence(*map(_integer, (0, n, _E, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
    whom = _sequence(_tlv(0x31, _sequence(_oid(_COMMON_NAME), _tlv(0x0C, name.encode()))))
    how = _sequence(_oid(_SHA256_WITH_RSA), _tlv(0x05, b""))
    when = _sequence(_tlv(0x17, b"200101000000Z"), _tlv(0x17, b"491231235959Z"))
    public = _sequence(_sequence(_oid(_RSA), _tlv(0x05, b"")), _bits(_sequence(_integer(n), _integer(_E))))
    body = _sequence(_integer(1), how, whom, when, whom, public)
    block = b"\x00\x01" + (b"\x00" + _SHA256_INFO + sha256(body).digest()).rjust(254, b"\xff")
    signature = pow(int.from_bytes(block, "big"), d, n).to_bytes(256, "big")
    made = folder / "self-signed.pem"
    made.write_text(_pem("RSA PRIVATE KEY", key) + _pem("CERTIFICATE", _sequence(body, how, _bits(signature))))
    return made


def _prime(dice: Random) -> int:
    while True:
        found = dice.getrandbits(1024) | 3 << 1022 | 1
        if all(found % small for small in range(3, 2000, 2)) and pow(2, found - 1, found) == 1 and found % _E != 1:
            return found


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(digits: str) -> bytes:
    return _tlv(0x06, bytes.fromhex(digits))


def _bits(content: bytes) -> bytes:
    return _tlv(0x03, b"\x00" + content)


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def _pem(what: str, content: bytes) -> str:
    lines = base64.encodebytes(content).decode()
    return f"-----BEGIN {what}-----\n{lines}-----END {what}-----\n"
