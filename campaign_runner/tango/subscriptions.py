"""What does Tango send where?  POST, GET and DELETE /webhooks: events of orders, signed with a secret of ours.

Nothing here is repeated by itself, since a repeated POST would subscribe twice; whoever asks may ask again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from campaign_runner.model import Outcome, Receipt
from campaign_runner.tango import wire
from campaign_runner.tango.connection import Reply

EVENT = "AsyncOrderStatus"
SHORTEST = 16  # bytes of a secret that is base64 already
Ask = Callable[[str, str, bytes], Reply]


class Subscription(NamedTuple):
    """Where events go, which, and until when."""

    id: str
    url: str
    events: tuple[str, ...]
    expires_at: str


def listed(ask: Ask) -> tuple[Receipt, list[Subscription]]:
    """All subscriptions of this platform."""
    reply = ask("GET", "webhooks", b"")
    return reply.receipt, [_subscription(each) for each in _objects(reply.data) if each.get("webhookid")]


def subscribed(ask: Ask, url: str, secret: str) -> tuple[Receipt, Subscription | None]:
    """Have events of orders sent to an address, signed with this secret."""
    wanted = {"url": url, "eventTypes": [EVENT], "payloadVerificationMethod": "HMAC",
              "hmacSharedSecretKey": key_of(secret)}  # fmt: skip
    return _one(ask("POST", "webhooks", orjson.dumps(wanted)), url)


def renewed(ask: Ask, number: str, url: str) -> tuple[Receipt, Subscription | None]:
    """Have a subscription last longer."""
    return _one(ask("POST", f"webhooks/{quote(number, safe='')}/renew", b"{}"), url)


def removed(ask: Ask, number: str) -> Receipt:
    """Have nothing sent there any more."""
    return ask("DELETE", f"webhooks/{quote(number, safe='')}", b"").receipt


def key_of(secret: str) -> str:
    """As Tango wants it: base64. A secret that is that already stays as it is."""
    try:
        if len(base64.b64decode(secret, validate=True)) >= SHORTEST:
            return secret
    except (binascii.Error, ValueError):
        pass
    return base64.b64encode(secret.encode()).decode()


def _one(reply: Reply, url: str) -> tuple[Receipt, Subscription | None]:
    if reply.receipt.outcome is not Outcome.ACCEPTED or not isinstance(reply.data, dict):
        return reply.receipt, None
    return reply.receipt, _subscription({"url": url, "eventtypes": [EVENT], **reply.data})


def _objects(data: Any) -> list[dict[str, Any]]:
    """The first list of objects in the answer, whatever its name."""
    if isinstance(data, dict):
        data = next((value for value in data.values() if isinstance(value, list)), [])
    return list(wire.objects(data))


def _subscription(values: dict[str, Any]) -> Subscription:
    events = values.get("eventtypes")
    names = tuple(wire.text(each, "name") for each in events) if isinstance(events, list) else ()
    return Subscription(wire.text(values.get("webhookid"), "name"), wire.text(values.get("url"), "sentence"), names,
                        wire.text(values.get("expiresat"), "at"))  # fmt: skip
