"""What does an event of Tango do?  It is a hint that an order moved: the order is due now. The truth is asked for.

Signed with HMAC-SHA256 over the body as it came, base64, in `X-Signed-Payload` (Tango's pages do not say which bytes are
signed, nor whether the key is the secret as it is written or what its base64 stands for: both count). Events are unordered
and may repeat; those that are older than a week do nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import tango_events
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.settings import secret
from campaign_runner.tango.subscriptions import key_of

VARIABLE = "TANGO_WEBHOOK_SECRET"
WINDOW = timedelta(days=7)


class NotSigned(CampaignRunnerError):
    """The signature is not one of ours, or no secret is set."""


def receive_event(workspace: Workspace, body: bytes, signature: str, environ: Mapping[str, str] = os.environ) -> str:
    """Take an event in; returns what it did, in a word. Raises NotSigned."""
    secrets = secret(VARIABLE, environ).split()
    if not _is_signed(body, signature, secrets):
        raise NotSigned(
            "The signature of this event is not valid."
            if secrets
            else f"No events are taken: set {VARIABLE} (or {VARIABLE}_FILE) to the secret of the subscription."
        )
    try:
        event = orjson.loads(body)
        reference = str(event["eventData"]["externalRefID"])
        number = str(event["eventId"])
        if _is_old(event, workspace.clock.now()):
            return "old"
    except (ValueError, KeyError, TypeError):
        return "ignored"  # well signed, and not about an order
    with workspace.ledger().write("take an event of Tango") as connection:
        taken = tango_events.take(connection, number[:200], reference, workspace.at())
    return "due" if taken else "known"


def _is_signed(body: bytes, signature: str, secrets: list[str]) -> bool:
    """Whether one of the secrets signed it, in constant time; several stand side by side while one replaces another."""
    try:
        given = base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    made = [hmac.new(key, body, hashlib.sha256).digest() for each in secrets for key in _keys(each)]
    return sum(hmac.compare_digest(given, each) for each in made) > 0


def _keys(secret: str) -> Iterator[bytes]:
    """As it is written; as Tango was given it, in base64; and what it stands for, where it is base64 itself."""
    yield secret.encode()
    given = key_of(secret)
    yield given.encode()
    yield base64.b64decode(given)


def _is_old(event: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is outside the window in which an event counts; one without a time counts."""
    try:
        at = datetime.fromisoformat(str(event["eventOccurredAt"]))
    except (KeyError, ValueError):
        return False
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return abs(now - at) > WINDOW
