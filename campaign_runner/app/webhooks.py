"""What does Tango tell us by itself?  Its events of orders are subscribed to, listed and removed here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from campaign_runner.app.accounts.door_secrets import new_secret
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.connect_tango import connect_tango
from campaign_runner.app.tango_events import VARIABLE
from campaign_runner.ledger import open_ledger
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import NotFound, TangoStopped, UsageError
from campaign_runner.model.loopback import LOOPBACK
from campaign_runner.settings import secret
from campaign_runner.tango import subscriptions
from campaign_runner.tango.subscriptions import Subscription

if TYPE_CHECKING:
    from campaign_runner.tango.client import Client

PATH = "/webhooks/tango"


@dataclass(frozen=True)
class Subscribed:
    """A subscription that was made or renewed; `secret` was made for it, and is shown this once ("" = it was set)."""

    subscription: Subscription
    renewed: bool
    secret: str = ""


def subscribe(runtime: Runtime, url: str, environ: Mapping[str, str] = os.environ) -> Subscribed:
    """Have Tango send its events to this address; where it does already, for longer."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise UsageError(f"{url}: give the https address at which Tango reaches this server, such as "
                         f"https://rewards.example.com{PATH}.")  # fmt: skip
    known = secret(VARIABLE, environ).split()
    made = "" if known else new_secret()
    with _tango(runtime) as client:
        receipt, listed = subscriptions.listed(client.webhooks)
        _require(receipt)
        mine = next((each for each in listed if each.url == url and subscriptions.EVENT in each.events), None)
        if mine and not known:
            raise UsageError(f"Tango sends its events to {url} already ({mine.id}), signed with a secret that is not set "
                             f"here. Set {VARIABLE} to it, or remove the subscription first.")  # fmt: skip
        if mine:
            receipt, done = subscriptions.renewed(client.webhooks, mine.id, url)
        else:
            receipt, done = subscriptions.subscribed(client.webhooks, url, made or known[0])
    _require(receipt)
    if done is None:
        raise TangoStopped(
            "Tango's answer about the subscription was not understood. See `campaign-runner webhook list`."
        )
    return Subscribed(done, mine is not None, made)


def list_subscriptions(runtime: Runtime) -> list[Subscription]:
    """What Tango sends where, and until when."""
    with _tango(runtime) as client:
        receipt, listed = subscriptions.listed(client.webhooks)
    _require(receipt)
    return listed


def remove(runtime: Runtime, number: str) -> None:
    """Have Tango send nothing there any more."""
    with _tango(runtime) as client:
        receipt = subscriptions.removed(client.webhooks, number)
    if receipt.http_status == 404:
        raise NotFound(f"Tango has no subscription {number}. `campaign-runner webhook list` shows those that it has.")
    _require(receipt)


@contextmanager
def _tango(runtime: Runtime) -> Iterator[Client]:
    with (
        open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger,
        connect_tango(runtime, ledger, 0) as client,
    ):
        yield client


def _require(receipt: Receipt) -> None:
    if receipt.outcome is not Outcome.ACCEPTED:
        raise TangoStopped(f"Tango refused: {receipt.message or f'HTTP {receipt.http_status}.'} Nothing was changed.")
