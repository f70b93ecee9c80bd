"""A Tango stand-in over a real socket, a client for it, and a server that answers with literal bytes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaign_runner.model import Order, Receipt
from campaign_runner.settings import Credentials
from campaign_runner.simulator import Simulator, serve
from campaign_runner.tango.client import Client

BASIC = Credentials(platform_name="acme", platform_key="platform-key-5")
OAUTH = Credentials(client_id="acme-client", client_secret="client-secret-5", username="ann", password="pass-word-5")


@dataclass
class HandClock:
    """Time that passes only when somebody sleeps."""

    time: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        if seconds:
            self.slept.append(seconds)


@dataclass
class Turnstile:
    """A limiter that grants a place every `gap` seconds of the hand clock."""

    clock: HandClock
    gap: float = 0.0
    next_at: float = 0.0
    reserved: int = 0
    postponed: list[float] = field(default_factory=list)

    def reserve(self) -> float:
        self.reserved += 1
        now = self.clock.now().timestamp()
        moment = max(now, self.next_at)
        self.next_at = moment + self.gap
        return moment - now

    def postpone(self, seconds: float) -> None:
        self.postponed.append(seconds)


@dataclass
class Desk:
    """A client with everything around it that a test may want to look at."""

    client: Client
    clock: HandClock
    limiter: Turnstile
    records: list[tuple[str, str, Receipt, float]]

    @property
    def outcomes(self) -> list[str]:
        return [str(receipt.outcome) for _, _, receipt, _ in self.records]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def desk_at(clock: HandClock) -> Iterator[Callable[..., Desk]]:
    """`desk_at(base_url, endpoint="orders", …)` opens a client there."""
    with ExitStack() as stack:

        def at(base_url: str, *, endpoint: str = "asyncOrders", account: str = "acme-account", gap: float = 0.0,
               credentials: Credentials = BASIC, clock: HandClock = clock, **options: Any) -> Desk:  # fmt: skip
            order = Order("q4", "acme-customer", account, endpoint, campaign="Q4")
            records: list[tuple[str, str, Receipt, float]] = []
            limiter = Turnstile(clock, gap)
            client = Client(base_url=base_url, order=order, credentials=credentials, clock=clock, limiter=limiter,
                            record=lambda *entry: records.append(entry), timeout_seconds=5, **options)  # fmt: skip
            return Desk(stack.enter_context(client), clock, limiter, records)

        yield at


@dataclass
class World:
    """A simulator and a desk in front of it."""

    simulator: Simulator
    url: str
    desk: Desk

    @property
    def client(self) -> Client:
        return self.desk.client


@pytest.fixture
def world(clock: HandClock, desk_at: Callable[..., Desk]) -> Iterator[Callable[..., World]]:
    """`world(faults=[…], account="…")` starts an unpaced simulator on the hand clock and a client for it."""
    with ExitStack() as stack:

        def start(*, faults: Any = (), requests_per_second: float = 0, polls_until_final: int = 2,
                  state_file: Any = None, **options: Any) -> World:  # fmt: skip
            simulator = Simulator(
                state_file, clock=clock, requests_per_second=requests_per_second, polls_until_final=polls_until_final,
                faults=faults,
            )  # fmt: skip
            stack.callback(simulator.close)
            url = stack.enter_context(serve(simulator))
            return World(simulator, url, desk_at(url, **options))

        yield start


def line(reference: str, **changes: Any) -> dict[str, Any]:
    """One EMAIL line of 25 dollars; `email="…"` and `firstName="…"` go into the recipient, None removes a key."""
    recipient = {"firstName": "Ana", "lastName": "Example", "email": "ana@example.com"}
    recipient |= {name: changes.pop(name) for name in ("email", "firstName") if name in changes}
    made = {"externalRefLineItemID": reference, "recipient": recipient, "utid": "U561593", "amount": 25.0,
            "deliveryMethod": "EMAIL", **changes}  # fmt: skip
    return {key: value for key, value in made.items() if value is not None}


def body(reference: str, *lines: dict[str, Any], account: str = "acme-account", **changes: Any) -> bytes:
    """The bytes of an async order, of one plain line where none is given."""
    order = {"externalRefID": reference, "customerIdentifier": "acme-customer", "accountIdentifier": account,
             "campaign": "Q4", "lineItems": list(lines or (line("L-1"),)), **changes}  # fmt: skip
    return json.dumps({key: value for key, value in order.items() if value is not None}).encode()


def single(reference: str, **changes: Any) -> bytes:
    """The bytes of an order of /orders."""
    order = {"externalRefID": reference, "customerIdentifier": "acme-customer", "accountIdentifier": "acme-account",
             "campaign": "Q4", "utid": "U561593", "amount": 25.0, "sendEmail": True,
             "recipient": {"firstName": "Ana", "lastName": "Example", "email": "ana@example.com"}, **changes}  # fmt: skip
    return json.dumps(order).encode()


def answer(status: int, content: Any = b"", *headers: str) -> bytes:
    """A literal HTTP answer."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(data)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


def errors(*keys: str, **more: Any) -> dict[str, Any]:
    """Tango's envelope with one error per i18nKey."""
    return {"httpCode": 0, "errors": [{"i18nKey": key, "message": f"About {key}.", **more} for key in keys]}


@dataclass
class Stub:
    """Gives each connection the next of `answers` (the last one for ever), and keeps what it was asked."""

    url: str
    answers: list[bytes]
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def stub(*answers: bytes) -> Iterator[Stub]:
    """A server on the loopback address that sends literal bytes; b"" hangs up at once."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Stub(f"http://127.0.0.1:{listener.getsockname()[1]}", list(answers))

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                made.asked.append(_read(connection))
                connection.sendall(made.answers[min(len(made.asked), len(made.answers)) - 1])

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextmanager
def trickle() -> Iterator[str]:
    """A server that sends one byte of its answer every hundredth of a second until the client has enough."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.01)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5)
    listener.close()


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        (int(part.split(b":")[1]) for part in head.lower().split(b"\r\n") if part.startswith(b"content-l")), 0
    )
    while len(rest) < length:
        rest += _more(connection)
    return head + b"\r\n\r\n" + rest


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the caller hung up before the end of its request")
    return data
