"""To whom does the stand-in tell that an order ended?  Subscriptions, and signed AsyncOrderStatus events to this machine.

As Tango's pages describe it: the key is base64, the event is signed with HMAC-SHA256 over its body, in base64, in
`X-Signed-Payload`. Events may come late, twice and in any order; addresses of other machines are never called.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from campaign_runner.simulator.answer import Answer, Refusal, problem
from campaign_runner.simulator.answer import Request as Asked
from campaign_runner.simulator.state import PlacedOrder, SimulatorState

HERE = ("127.0.0.1", "localhost", "::1")
DAYS = 365
_WORDS = {"COMPLETE": "SUCCESSFUL", "PARTIAL": "PARTIALFAILED"}
_opener = build_opener(ProxyHandler({}))


def answer(world: SimulatorState, asked: Asked, add: Callable[[dict[str, Any]], None], now: datetime) -> Answer:
    """GET and POST /webhooks, GET and DELETE /webhooks/{id}, POST /webhooks/{id}/renew."""
    _, _, number, *rest = [*asked.path.split("/"), "", ""][:4]
    until = (now + timedelta(days=DAYS)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if not number and asked.method == "POST":
        wanted = _wanted(asked.body)
        number = f"webhook-{len(world.webhooks_ever) + 1}"
        add({"kind": "webhook", "id": number, "values": {**wanted, "expiresAt": until}})
        return Answer(201, {"webhookId": number, "expiresAt": until})
    if not number:
        return Answer(200, {"webhooks": [_shown(each, values) for each, values in world.webhooks.items()]})
    if number not in world.webhooks:
        raise Refusal(404, problem("404.000", f"There is no subscription {number}"))
    if asked.method == "DELETE":
        add({"kind": "webhook", "id": number, "values": None})
        return Answer(200, b"")
    if rest and rest[0] == "renew":
        add({"kind": "webhook", "id": number, "values": {**world.webhooks[number], "expiresAt": until}})
    return Answer(200, _shown(number, world.webhooks[number]))


def tell(subscriptions: Iterable[Mapping[str, Any]], orders: Iterable[PlacedOrder], now: datetime) -> None:
    """Send an event for each order that ended, beside whatever else goes on; nobody waits for it, or hears of failures."""
    sent = [
        (each["url"], _event(order, now), base64.b64decode(each["hmacSharedSecretKey"]))
        for order in orders
        for each in subscriptions
        if urlsplit(each["url"]).hostname in HERE and "AsyncOrderStatus" in each["eventTypes"]
    ]
    if sent:
        threading.Thread(target=_post_all, args=(sent,), daemon=True).start()


def _wanted(body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body)
        base64.b64decode(content["hmacSharedSecretKey"], validate=True)
        wanted = {name: content[name] for name in ("url", "eventTypes", "hmacSharedSecretKey")}
        parts = urlsplit(wanted["url"])
        if parts.scheme == "https" or parts.hostname in HERE:
            return wanted
    except (ValueError, KeyError, TypeError, binascii.Error):
        pass
    raise Refusal(422, problem("422.001", "url (https), eventTypes and hmacSharedSecretKey (base64) are required"))


def _shown(number: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"webhookId": number, **{name: values[name] for name in ("url", "eventTypes", "expiresAt")}}


def _event(order: PlacedOrder, now: datetime) -> bytes:
    failed = sum(order.status_of(spell) == "FAILED" for spell in order.spells())
    data = {"externalRefID": order.reference, "status": _WORDS.get(order.status, order.status),
            "totalLineItems": order.count, "failedLineItems": failed, "successfulLineItems": order.count - failed,
            "referenceOrderId": order.tango_id, "accountIdentifier": order.account,
            "customerIdentifier": order.customer}  # fmt: skip
    return orjson.dumps({
        "eventId": f"event-{order.number}", "revision": order.number, "category": "ORDER",
        "eventType": "AsyncOrderStatus", "eventOccurredAt": now.isoformat(timespec="seconds"), "eventData": data,
    })  # fmt: skip


def _post_all(sent: Iterable[tuple[str, bytes, bytes]]) -> None:
    for each in sent:
        _post(*each)


def _post(url: str, body: bytes, key: bytes) -> None:
    signed = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "X-Signed-Payload": signed}
    with suppress(OSError, ValueError):
        _opener.open(Request(url, body, headers), timeout=5).close()  # noqa: S310 (this machine's own addresses)
