"""How does another program hear of what happened?  A signed POST; docs/notifications.md shows how it is verified.

    X-Campaign-Runner-Signature: t=1795800000,v1=HEX[,v1=HEX]    HMAC-SHA256 of "<t>.<body>", once for each secret

Only https, or this very machine where the settings say so; no redirect is followed.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

SIGNATURE, EVENT, DELIVERY = "X-Campaign-Runner-Signature", "X-Campaign-Runner-Event", "X-Campaign-Runner-Delivery"
SECONDS = 5.0


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """The header: several secrets sign side by side while one replaces another."""
    signed = [hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={each}" for each in signed)])


def post(url: str, body: bytes, secrets: Sequence[str], at: int, kind: str, delivery: str, *, loopback: bool) -> str:
    """Send one event; why it could not be sent, "" where it was taken (2xx)."""
    import httpx

    if why := objection(url, loopback=loopback):
        return why
    headers = {"Content-Type": "application/json", SIGNATURE: signature(body, secrets, at), EVENT: kind,
               DELIVERY: delivery}  # fmt: skip
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            return "" if answer.is_success else f"it answered HTTP {answer.status_code}"
    except (httpx.HTTPError, OSError) as error:
        return f"it could not be reached ({type(error).__name__})"


def objection(url: str, *, loopback: bool) -> str:
    """Why nothing is sent to an address: another scheme, or a name that leads back to this machine or its network card."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not loopback:
        return "only https addresses are allowed"
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError):
        return "its name could not be resolved"
    places = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if loopback:
        return "" if all(place.is_loopback for place in places) else "loopback = true is for this very machine"
    inside = any(
        place.is_loopback or place.is_link_local or place.is_multicast or place.is_unspecified
        for place in map(_plain, places)
    )
    return "its name leads to this very machine: set loopback = true if that is meant" if inside else ""


def _plain(place: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return getattr(place, "ipv4_mapped", None) or place
