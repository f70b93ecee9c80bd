"""Who takes messages in on this machine: a web server that keeps what it is sent, and a mail server."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Web:
    """`taken` holds (method, path, headers, body) of each request; `status` is what it answers."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.address = f"127.0.0.1:{server.server_address[1]}"
        self.taken: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status = 200


@contextmanager
def tls(certificate: Path) -> Iterator[tuple[int, list[str]]]:
    """A port that answers 200 with a certificate, and the names that it was asked for."""
    context, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[str]()
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: asked.append(name or "")

    def serve() -> None:
        with suppress(OSError):
            while True:
                with listener.accept()[0] as plain, suppress(OSError), context.wrap_socket(plain, True) as secure:
                    with secure.makefile("rb") as request:
                        while request.readline().strip():
                            pass
                        request.read(2)  # the body of these tests: {}
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], asked
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@contextmanager
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sink.taken.append((self.command, self.path, dict(self.headers), body))
            self.send_response(sink.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _take

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink = Web(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield sink
        server.shutdown()


class Mail:
    """An SMTP server; `mails` are those that came."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.port = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@contextmanager
def mail() -> Iterator[Mail]:
    from aiosmtpd.controller import Controller

    sink = Mail()
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink.port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
