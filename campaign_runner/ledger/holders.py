"""Which process is it that holds a campaign, and does it live?  Its number, machine and start, as the machine has them.

What `proof` says is written down by a holder; every other process of the same machine can tell by it whether that very
process still runs. Of a process of another machine, or in another container, nothing is known but its lease.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from campaign_runner.model.errors import CampaignHeld

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # one that goes on while the machine sleeps
_NO_START = "-"


def name() -> str:
    """`campaign-runner 4711@server`: how this process calls itself in a database."""
    return f"campaign-runner {os.getpid()}@{socket.gethostname()}"[:63]


def this_process() -> str:
    """`process 4711 on server`, for people."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def since() -> str:
    """This moment, as people see it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def uptime() -> float:
    """Seconds that no clock setting changes: the same for all processes of a machine, since it was started."""
    return time.clock_gettime(_CLOCK)


def proof() -> str:
    """What tells this process from all others, ever: machine and its start, process space, process, its start."""
    return f"{_machine()} {os.getpid()} {_state_and_start(os.getpid())[1]}"


def is_here(process: str) -> bool:
    """Whether a process (`proof`) belongs to this machine as it runs now."""
    return process.rpartition(" ")[0].rpartition(" ")[0] == _machine()


def is_dead(process: str) -> bool:
    """Whether it is certain that a process has ended: it was one of this machine, and there is none like it."""
    if not is_here(process):
        return False
    number, start = process.split(" ")[-2:]
    state, started = _state_and_start(int(number))
    if started != _NO_START:
        return state in "ZX" or (start != _NO_START and started != start)
    try:
        os.kill(int(number), 0)  # asks only; a machine may hide the processes of others
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def is_stopped(process: str) -> bool:
    """Whether a process of this machine is there, but does nothing, because somebody stopped it."""
    return _state_and_start(int(process.split(" ")[-2]))[0] in ("T", "t")


@cache
def _machine() -> str:
    started = socket.gethostname() or "unknown"
    with suppress(OSError):
        started = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    space = _NO_START
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 (it names no file)
    return f"{started} {space}".replace("\n", "")


def _state_and_start(number: int) -> tuple[str, str]:
    """The state of a process, and when it started in ticks of its machine; ("", "-") where nothing is known of it."""
    try:
        words = Path(f"/proc/{number}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return words[0], words[19]
    except (OSError, IndexError):
        return "", _NO_START


def refuse_held(folder: Path, connection: Connection, name: str) -> None:
    """Raise CampaignHeld where an older program is working on a campaign (`environment-campaign_id`)."""
    path = _path(folder, name)
    if connection.dialect.name == "postgresql":
        ask = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))")
        if connection.execute(ask, {"key": f"campaign-runner {name}"}).scalar():
            return
    elif not path.exists() or _is_free(path):
        return
    environment, _, campaign_id = name.partition("-")
    raise CampaignHeld(
        f"Another run holds the campaign {campaign_id} ({environment}){_holder(path)}: one of an older version of the "
        "program. Wait until it has ended, then run again. Nothing was changed or sent by this one."
    )


def noted(folder: Path, name: str) -> str:
    """The name of the ledger in which an older program ran a campaign, "" if none did: it noted no more."""
    path = _path(folder, name)
    return path.read_text("utf-8").strip() if path.exists() else ""


def _path(folder: Path, name: str) -> Path:
    return folder / "locks" / f"{name}.lock"


def _is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        holder = json.loads(path.with_suffix(".holder").read_text("utf-8"))
        return f", process {holder['pid']} on {holder['host']} since {holder['since']}"
    return ""
