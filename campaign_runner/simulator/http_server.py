"""How does the stand-in speak HTTP?  A threading server of the standard library on the loopback address.

HTTP/1.1 with connections kept open, so that a run of thousands of calls costs little. Connections are cut where the
answer says so.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from campaign_runner.simulator.answer import Answer, Request
from campaign_runner.simulator.stand_in import Simulator

LARGEST_BODY = 64 * 1024 * 1024


@contextmanager
def serve(simulator: Simulator, port: int = 0) -> Iterator[str]:
    """Serve in a thread while this lasts; gives the base URL. Raises OSError where the port is taken."""
    server = Server(simulator, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.base_url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wait_for_ever() -> None:
    """Until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


class Server(ThreadingHTTPServer):
    """`serve_forever()` blocks; `base_url` ends in Tango's prefix."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, simulator: Simulator, port: int = 0) -> None:
        self.simulator = simulator
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def base_url(self) -> str:
        """Where it can be reached."""
        return f"http://127.0.0.1:{self.server_port}/raas/v2"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is not news; a mistake of ours is shown by the standard library."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers)
        length = headers.get("content-length", "0")
        if self.server.simulator.turned_away(request):
            self._cut()
        elif not length.isdigit() or int(length) > LARGEST_BODY:
            self._send(Answer(413, {"errors": [{"i18nKey": "413.001", "message": "Payload too large"}]}))
            self.close_connection = True
        else:
            self._send(
                self.server.simulator.handle(Request(self.command, self.path, headers, self._read(int(length))))
            )

    do_POST = do_GET
    do_PUT = do_GET
    do_DELETE = do_GET

    def _read(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client hung up")
        return body

    def _send(self, answer: Answer) -> None:
        if answer.cut == "before":
            self._cut()
            return
        body = answer.body()
        headers = {"Content-Type": "application/json", **answer.headers, "Content-Length": str(len(body))}
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if answer.cut else body)
        self.wfile.flush()
        if answer.cut:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header `Date`, by the clock of the simulator."""
        return super().date_time_string(timestamp or self.server.simulator.now().timestamp())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: paths hold references, and the log of requests is the simulator's."""
