"""Who does the work beside this server?  A worker as a child in the same process group; one that dies is started again."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
from collections.abc import Sequence

from campaign_runner.model.log import log

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
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603
