"""How is the server run?  uvicorn in this process, a worker beside it in the same process group, and one line when it
answers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import uvicorn

from campaign_runner.app.accounts.users import set_up_secret
from campaign_runner.app.process.server_address import SetUp, address_of, remember_address, server_address
from campaign_runner.app.process.trim_memory import share_one_heap
from campaign_runner.app.process.worker_processes import command, of_this_process
from campaign_runner.app.workspace import open_workspace
from campaign_runner.entrypoints.web.application import create_app
from campaign_runner.model.errors import UsageError
from campaign_runner.model.log import log
from campaign_runner.model.loopback import LOOPBACK

STOP_SECONDS = 10


def serve(
    config: Path | None, state: Path | None, host: str, port: int, announce: Callable[[SetUp], None], *,
    worker: bool = True, behind_proxy: bool = False,
) -> None:  # fmt: skip
    """Serve until SIGTERM or SIGINT; `announce` is called once, when the server answers.

    Raises UsageError for an address that cannot be bound, or that others could reach without TLS.
    """
    if host not in LOOPBACK and not behind_proxy:
        raise UsageError(
            f"--host {host}: other machines could reach this address, and without TLS others on the network could "
            "read everything. Put a proxy with TLS in front and add --behind-proxy, or leave --host out."
        )
    share_one_heap()
    with open_workspace(config, state) as workspace, _bound(host, port) as listening:
        address = address_of(host, listening.getsockname()[1])
        remember_address(workspace, address)
        set_up = SetUp(address, set_up_secret(workspace), server_address(workspace))
        server = _Server(uvicorn.Config(
            create_app(workspace, host), log_config=None, access_log=False, server_header=False, proxy_headers=False,
            lifespan="off", timeout_graceful_shutdown=STOP_SECONDS, h11_max_incomplete_event_size=64 * 1024,
        ))  # fmt: skip
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        signal.signal(signal.SIGTERM, _end)  # until the loop listens itself: the worker must not stay behind
        beside = WorkerProcess(command(workspace)) if worker else None
        gc.freeze()  # what a program is made of is no garbage, and takes longest to look through
        with beside or contextlib.nullcontext():
            asyncio.run(_served(server, listening, lambda: announce(set_up), beside))


class _Server(uvicorn.Server):
    """Signals are ours: raised again after the end, as uvicorn does, they would leave the worker behind."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets requests under way end, the second one does not."""
        self.force_exit, self.should_exit = self.should_exit, True


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


async def _served(
    server: uvicorn.Server, listening: socket.socket, ready: Callable[[], None], worker: WorkerProcess | None
) -> None:
    """Until a signal arrives: then requests under way may end, and no new ones are taken."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        ready()
    watching = asyncio.ensure_future(worker.watch()) if worker else None
    await serving
    if watching:
        watching.cancel()


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
    except OSError as error:
        raise UsageError(
            f"--port {port}: {host}:{port} cannot be used ({error.strerror}). Choose another port; 0 = any free one."
        ) from None
    with listening:
        # asyncio does it only for sockets that name their protocol: else an answer waits 40 ms for a receipt of its head
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listening


logger = logging.getLogger(__name__)
AGAIN_SECONDS, END_SECONDS = 2.0, 15.0


class WorkerProcess:
    """Begins with the block and ends with it: it finishes the call under way first."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WorkerProcess:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:  # what it was doing is in the ledger: the next worker goes on
            process.kill()
            process.wait()

    async def watch(self) -> None:
        """Start it again whenever it ends, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            if self._process is not None and (code := self._process.poll()) is not None:
                log(logger, "the worker ended and is started again", level=logging.WARNING, exit_code=code)
                self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (ours)
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=of_this_process()
        )
