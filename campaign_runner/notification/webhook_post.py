"""How does another program hear of what happened?  A signed POST; docs/notifications.md shows how it is verified.

    X-Campaign-Runner-Signature: t=1795800000,v1=HEX[,v1=HEX]    HMAC-SHA256 of "<t>.<body>", once for each secret

Only https, or this machine where the settings say so; no redirect is followed. The address that was looked at is
the one that is called: a name that leads elsewhere a moment later leads nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import time
from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

SIGNATURE, EVENT, DELIVERY = "X-Campaign-Runner-Signature", "X-Campaign-Runner-Event", "X-Campaign-Runner-Delivery"
SECONDS = 5.0
Place = ipaddress.IPv4Address | ipaddress.IPv6Address


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """The header: several secrets sign side by side while one replaces another."""
    signed = [hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={each}" for each in signed)])


def post(url: str, body: bytes, secrets: Sequence[str], at: int, kind: str, delivery: str, *, loopback: bool) -> str:
    """Send one event; why it could not be sent, "" where it was taken (2xx)."""
    places, why = looked_up(url, loopback=loopback)
    if why:
        return why
    headers = {"Content-Type": "application/json", SIGNATURE: signature(body, secrets, at), EVENT: kind,
               DELIVERY: delivery}  # fmt: skip
    ends = time.monotonic() + SECONDS
    for place in places:
        why, again = _post_to(place, url, body, headers, max(0.1, ends - time.monotonic()))
        if not again:
            break
    return why


def looked_up(url: str, *, loopback: bool) -> tuple[list[Place], str]:
    """Where an address leads at this moment, and why nothing is sent there ("" = it is): another scheme, or a name that
    leads back to this machine or its network card."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not loopback:
        return [], "only https addresses are allowed"
    try:
        answers = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError):
        return [], "its name could not be resolved"
    places = list(dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in answers))
    if loopback:
        here = all(place.is_loopback for place in places)
        return places, "" if here else "loopback = true is for addresses of this machine only"
    inside = any(
        place.is_loopback or place.is_link_local or place.is_multicast or place.is_unspecified
        for place in map(_plain, places)
    )
    return places, "its name leads to this machine: set loopback = true if that is intended" if inside else ""


def _post_to(place: Place, url: str, body: bytes, headers: dict[str, str], seconds: float) -> tuple[str, bool]:
    """Why it could not be sent, and whether nothing left, so that another place of the name may be tried.

    The connection goes to the place, the certificate has to be that of the name. A proxy of the environment is given the
    name: who leaves the house through one has it decide where names lead.
    """
    import httpx

    name = httpx.URL(url)
    target = name if _is_proxied(name.scheme, name.host) else name.copy_with(host=str(place))
    headers = {**headers, "Host": name.netloc.decode("ascii")}
    pinned = {"sni_hostname": name.raw_host.decode("ascii")}
    try:
        with (
            httpx.Client(timeout=seconds, follow_redirects=False) as client,
            client.stream("POST", target, content=body, headers=headers, extensions=pinned) as answer,
        ):
            return "" if answer.is_success else f"it answered HTTP {answer.status_code}", False
    except (httpx.HTTPError, OSError) as error:
        nothing_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        return f"it could not be reached ({type(error).__name__})", nothing_left


def _is_proxied(scheme: str, host: str) -> bool:
    return scheme in getproxies() and not proxy_bypass(host)


def _plain(place: Place) -> Place:
    return getattr(place, "ipv4_mapped", None) or place
