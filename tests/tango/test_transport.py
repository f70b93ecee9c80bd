"""Every way in which a connection can fail, with real sockets on the loopback address."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from campaign_runner.model import Order
from campaign_runner.tango import deadline
from campaign_runner.tango.client import Client
from tests.tango.certificate import self_signed
from tests.tango.conftest import BASIC, HandClock, Turnstile, answer, body, stub

LARGE = body("q4-1", notes="n" * 30_000_000)  # more than the machine takes in before the other side reads
ABORT = struct.pack("ii", 1, 0)


@contextmanager
def server(serve: Callable[[socket.socket], None], backlog: int = 5) -> Iterator[str]:
    """A listener of which each connection is served by a function; gives its host and port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)

    def work() -> None:
        with suppress(OSError):
            while True:
                serve(open_here.enter_context(listener.accept()[0]))

    with listener, ExitStack() as open_here:
        threading.Thread(target=work, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def told(url: str, sent: bytes = body("q4-1"), timeout: float = 0.3) -> tuple[str, str]:
    """(what it means, what happened) of one request."""
    clock, order = HandClock(), Order("q4", "acme-customer", "acme-account")
    with Client(base_url=url, order=order, credentials=BASIC, clock=clock, limiter=Turnstile(clock),
                record=lambda *_: None, timeout_seconds=timeout, max_tries=1) as client:  # fmt: skip
        receipt = client.place("q4-1", sent)
    return str(receipt.outcome), receipt.code


def test_a_connection_that_nobody_takes_up_in_time_never_was_one():
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.socket() as first,
        socket.socket() as second,
    ):
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        assert told(f"http://127.0.0.1:{full.getsockname()[1]}") == ("not connected", "ConnectTimeout")


def test_a_server_that_does_not_read_may_have_the_order():
    with server(lambda _: None) as where:
        assert told(f"http://{where}", LARGE) == ("retry", "WriteTimeout")


def test_a_connection_that_is_cut_while_sending_may_have_brought_the_order():
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        connection.close()

    with server(serve) as where:
        outcome, code = told(f"http://{where}", LARGE, timeout=10)
    assert (outcome, code in ("WriteError", "ReadError", "RemoteProtocolError")) == ("retry", True)


def test_a_connection_that_is_cut_before_the_answer_may_have_brought_the_order():
    def serve(connection: socket.socket) -> None:
        connection.recv(1_000_000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        connection.close()

    with server(serve) as where:
        outcome, code = told(f"http://{where}", timeout=10)
    assert (outcome, code in ("ReadError", "RemoteProtocolError")) == ("retry", True)


def test_a_certificate_that_nobody_vouches_for_stops_the_run_before_anything_is_sent(tmp_path):
    context, read = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(self_signed(tmp_path))

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            read.append(secure.recv(1000))

    with server(serve) as where:
        assert told(f"https://{where}", timeout=10) == ("configuration", "ConnectError")
    assert b"".join(read) == b""


def test_a_proxy_that_lets_nothing_through_is_no_connection(monkeypatch):
    with stub(answer(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert told("https://tango.example.com") == ("not connected", "ProxyError")


@pytest.mark.parametrize("url", ["https://tango.invalid", "https://[::1]:1"])
def test_an_address_where_nobody_lives_is_no_connection(url):
    assert told(url, timeout=20)[0] == "not connected"


def sentence(url: str) -> str:
    clock, order = HandClock(), Order("q4", "acme-customer", "acme-account")
    with Client(base_url=url, order=order, credentials=BASIC, clock=clock, limiter=Turnstile(clock),
                record=lambda *_: None, timeout_seconds=20, max_tries=1) as client:  # fmt: skip
        return client.place("q4-1", body("q4-1")).message


def test_each_way_of_not_getting_through_has_its_own_sentence():
    with server(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")) as where:
        said = [sentence("https://tango.invalid"), sentence("http://127.0.0.1:9"), sentence(f"https://{where}")]
    assert [words.partition(": ")[2] for words in said] == [
        "this name cannot be found (DNS): check base_url and the network.",
        "the connection was refused: nothing listens at this address and port.",
        "no secure connection (TLS): the server there does not support it.",
    ]


def test_a_name_that_is_never_found_is_waited_for_a_few_seconds_only(monkeypatch):
    monkeypatch.setattr(deadline, "NAME_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: threading.Event().wait(30))
    began = time.perf_counter()
    assert "cannot be found (DNS)" in sentence("https://tango.example.com")
    assert time.perf_counter() - began < 10
