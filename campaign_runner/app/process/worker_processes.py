"""How do several workers run on one machine?  As processes of their own; one that dies is started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from campaign_runner.app.workspace import Workspace
from campaign_runner.intake import fork_server

RESTART = 1.0
PARENT = "CAMPAIGN_RUNNER_PARENT"


def supervise(workspace: Workspace, number: int) -> None:
    """Keep `number` workers running until the workspace is to stop; then they finish the calls under way and end."""
    workers: list[subprocess.Popen[bytes]] = []
    try:
        while not workspace.stopping.is_set():
            workers = [one for one in workers if one.poll() is None]
            workers += [_started(workspace) for _ in range(number - len(workers))]
            workspace.stopping.wait(RESTART)
    finally:
        for one in workers:
            one.terminate()
        for one in workers:
            one.wait()


def _started(workspace: Workspace) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(workspace), stdout=subprocess.DEVNULL, env=of_this_process())  # noqa: S603 (ours)


def of_this_process() -> dict[str, str]:
    """The environment of a worker that is to end when this process is gone, even by kill -9."""
    return {**os.environ, PARENT: str(os.getpid())}


def end_with_parent() -> None:
    """Of a worker that another process started: a worker left behind would go on beside its successors, of an older
    version perhaps. What it is doing is finished first. Linux only; elsewhere it stays."""
    parent = os.environ.pop(PARENT, "")
    if parent and fork_server.is_available():
        fork_server.die_with_parent(signal.SIGTERM)
        if str(os.getppid()) != parent:
            raise SystemExit


def command(workspace: Workspace) -> list[str]:
    """How one worker of this workspace is started."""
    places = [("--config", workspace.config), ("--state", workspace.state), ("--schemas", workspace.schemas)]
    options = [word for name, place in places if place for word in (name, str(place))]
    # Its log lines are wanted where this process was told to write them as JSON.
    quiet = [] if os.environ.get("CAMPAIGN_RUNNER_LOG_FORMAT") == "json" else ["--quiet"]
    return [sys.executable, "-m", "campaign_runner", "worker", *quiet, *options]
