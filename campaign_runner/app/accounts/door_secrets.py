"""What opens a door: a cookie, a link, a token.  Made here at random; the ledger has its hash alone."""

from __future__ import annotations

import secrets
from hashlib import sha256

TOKEN_PREFIX = "crt_"  # noqa: S105 (by which a leaked token is recognised)


def new_secret() -> str:
    """256 bits, safe in an address and a cookie."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """The same, recognisable as a token of this program."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """As the ledger keeps it."""
    return sha256(secret.encode()).hexdigest()
