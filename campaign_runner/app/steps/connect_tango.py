"""How is Tango reached?  By a client whose every request stands in the ledger, or at the embedded simulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from campaign_runner.app.runtime import Runtime
from campaign_runner.ledger import Ledger, pauses, requests
from campaign_runner.ledger.limiter import SharedLimiter
from campaign_runner.ledger.requests import record_attempt
from campaign_runner.model import Receipt
from campaign_runner.settings import TOKEN_ADDRESSES

if TYPE_CHECKING:
    from campaign_runner.tango.client import Client

SIMULATOR_STATE = "simulator.jsonl"


@contextmanager
def connect_tango(runtime: Runtime, ledger: Ledger, campaign_key: int) -> Iterator[Client]:
    """A client for the campaign's account; every request it makes is written into the ledger.

    Without any address to go to, the embedded simulator is started and keeps its state in the state folder.
    """
    from campaign_runner.tango.client import Client  # its network library is for those who call

    settings = runtime.settings
    settings.require_host()
    with _address(runtime) as base_url:
        limiter = SharedLimiter(ledger, account_name(runtime), settings.tango.requests_per_second, runtime.clock)

        def record(method: str, reference: str, receipt: Receipt, seconds: float) -> None:
            record_attempt(ledger, campaign_key, reference, runtime.at(), method, receipt, seconds)

        def ready(placing: bool) -> str:
            ledger.require_claim()
            if not placing:
                return ""
            with ledger.read() as connection:
                held = pauses.of(connection, campaign_key).holds(runtime.clock.now().timestamp())
            return pauses.HELD_BACK if held else ""

        client = Client(
            base_url=base_url, order=settings.order, credentials=runtime.credentials, clock=runtime.clock,
            limiter=limiter, timeout_seconds=settings.tango.timeout_seconds, record=record,
            oauth_url=settings.tango.oauth_url or TOKEN_ADDRESSES.get(settings.tango.environment, ""),
            oauth_grant=settings.tango.oauth_grant, oauth_audience=settings.tango.oauth_audience,
            token_cache=runtime.state / "token.json", max_tries=settings.tango.max_tries,
            ready=ready,
        )  # fmt: skip
        try:
            with client:
                yield client
        finally:
            with ledger.write("sign the requests", durable=True) as connection:
                requests.write(connection, runtime.at())


def account_name(runtime: Runtime) -> str:
    """What is shared by all who call Tango at one address for one customer."""
    return f"{runtime.settings.base_url or 'simulator'} {runtime.settings.tango.customer}"[:200]


@contextmanager
def _address(runtime: Runtime) -> Iterator[str]:
    if runtime.settings.base_url:
        yield runtime.settings.base_url
        return
    from campaign_runner import simulator  # no address was given, which only a rehearsal does

    pace = runtime.settings.tango.requests_per_second
    stand_in = simulator.Simulator(runtime.state / SIMULATOR_STATE, clock=runtime.clock, requests_per_second=pace)
    with closing(stand_in), simulator.serve(stand_in) as base_url:
        yield base_url
