"""When has an exchange to be over?  All of it: finding the name, connecting, sending, headers and body.

The HTTP library bounds each wait for a byte alone, so that a server which sends one byte a second is waited for without
end. Here every wait is cut down to what is left of the whole.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from campaign_runner.tango.call_limits import NAME_SECONDS

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


class BoundedNetwork(httpcore.NetworkBackend):
    """A network of which no wait is longer than the exchange may take."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        allowed = left(timeout, httpcore.ConnectTimeout)
        _find(host, port, NAME_SECONDS if allowed is None else min(allowed, NAME_SECONDS))
        inner = self._inner.connect_tcp(
            host, port, left(timeout, httpcore.ConnectTimeout), local_address, socket_options
        )
        return _BoundedStream(inner)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, left(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        allowed = left(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, allowed))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _find(host: str, port: int, seconds: float) -> None:
    """Find the name within the time allowed: the system itself may take a minute. Raises httpcore.ConnectError."""
    outcome: list[OSError | None] = []

    def ask() -> None:
        try:
            socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            outcome.append(None)
        except OSError as error:
            outcome.append(error)
        except UnicodeError as error:
            outcome.append(socket.gaierror(socket.EAI_NONAME, str(error)))

    if _is_address(host):
        return
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    error = outcome[0] if outcome else socket.gaierror(socket.EAI_AGAIN, "no answer within the time allowed")
    try:
        if error is not None:
            raise error
    except OSError as why:  # within it, so that the library does not lose the cause
        raise httpcore.ConnectError(str(why)) from why


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False
