"""When has an exchange to be over?  All of it: finding the name, connecting, sending, headers and body.

The HTTP library bounds each wait for a byte alone, so that a server which sends one byte a second is waited for without
end. Here every wait is cut down to what is left of the whole.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

_OF_THREAD = threading.local()  # an exchange is carried out in the thread that asked for it


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Whatever this thread exchanges while this lasts is over after this many seconds."""
    _OF_THREAD.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _OF_THREAD.until = None


def bounded(client: httpx.Client) -> httpx.Client:
    """The same client, whose connections (those of a proxy, too) keep to the deadline of the thread that uses them."""
    # The library has no public way to give a client a network of your own and keep its proxies and TLS settings.
    from campaign_runner.tango.network import BoundedNetwork  # loads what only a connection needs

    transports: list[Any] = [client._transport, *filter(None, client._mounts.values())]
    for transport in transports:
        transport._pool._network_backend = BoundedNetwork(transport._pool._network_backend)
    return client


def left(timeout: float | None, error: type[Exception]) -> float | None:
    """How long one wait may take; raises `error` where the time is over."""
    until = getattr(_OF_THREAD, "until", None)
    if until is None:
        return timeout
    remaining: float = until - time.monotonic()
    if remaining <= 0:
        raise error("the exchange takes too long")
    return remaining if timeout is None else min(timeout, remaining)
