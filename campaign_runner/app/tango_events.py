"""What does an event of Tango do?  It is a hint that an order moved: the order is due now. The truth is asked for.

Signed with HMAC-SHA256 over the body as it came, base64, in `X-Signed-Payload` (Tango's pages do not say which bytes are
signed). Events are unordered and may repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping

import orjson

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import tango_events
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.settings import secret

VARIABLE = "TANGO_WEBHOOK_SECRET"


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
    made = [hmac.new(each.encode(), body, hashlib.sha256).digest() for each in secrets]
    return sum(hmac.compare_digest(given, each) for each in made) > 0
