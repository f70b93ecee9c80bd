"""How is Tango asked before anything is sent?  With less patience than the main job; every call is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from campaign_runner import settings
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.connect_tango import connect_tango
from campaign_runner.ledger import Ledger
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import CampaignRunnerError

if TYPE_CHECKING:
    from campaign_runner.tango.client import Client

T = TypeVar("T")
TRIES = 2  # the main job tries longer; anyone who waits for a preflight waits in vain where Tango is out of order
PATIENCE = 15.0


def reason(receipt: Receipt) -> str:
    return receipt.message or f"HTTP {receipt.http_status}."


def ask_tango(
    runtime: Runtime, ledger: Ledger, campaign_key: int, question: Callable[[Client], tuple[Receipt, T | None]]
) -> tuple[Receipt, T | None]:
    """Tango's answer, or None with a receipt that says why. Who could not be reached is not asked again."""
    if runtime.unreachable:
        return Receipt(Outcome.NOT_CONNECTED, message=runtime.unreachable[0]), None
    try:
        with _line(runtime, ledger, campaign_key) as client:
            receipt, answer = question(client)
        if receipt.outcome is Outcome.NOT_CONNECTED:
            runtime.unreachable.append(receipt.message)
        return receipt, answer
    except CampaignRunnerError as error:
        return Receipt(Outcome.UNKNOWN, message=str(error)), None


@contextmanager
def _line(runtime: Runtime, ledger: Ledger, campaign_key: int) -> Iterator[Client]:
    """A client with less patience than that of the main job."""
    runtime.settings.require_host()
    tango = runtime.settings.tango
    short = tango.model_copy(
        update={"max_tries": min(TRIES, tango.max_tries), "timeout_seconds": min(PATIENCE, tango.timeout_seconds)}
    )
    known = runtime.credentials if runtime.credentials.kind else settings.credentials(runtime.settings, {})
    eager = replace(runtime, settings=runtime.settings.model_copy(update={"tango": short}), credentials=known)
    with connect_tango(eager, ledger, campaign_key) as client:
        yield client
