"""A machine whose link goes down: a network namespace with a cable of its own to the database.

Nobody tells either end: connections are half open, as when a switch dies. Tango is reached all the while, through a socket
file, for a worker that is cut off from its ledger and not from Tango is the one that could do harm.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

HERE, THERE, NETWORK = "10.231.77.1", "10.231.77.2", "10.231.77.0/30"


def is_possible() -> bool:
    """Whether this account may make network namespaces."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    name = f"try{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    return made


class Machine:
    """A namespace in which programs run; `cut()` and `mend()` are the cable."""

    def __init__(self, folder: Path, tango_port: int) -> None:
        self._name, self._cable, self._tango = f"cr{os.getpid()}", f"cr{os.getpid()}a", folder / "tango.sock"
        far = f"{self._cable[:-1]}b"
        _ip("netns", "add", self._name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", far, "netns", self._name)
        _ip("addr", "add", f"{HERE}/30", "dev", self._cable)
        _ip("-n", self._name, "addr", "add", f"{THERE}/30", "dev", far)
        for up in (("link", "set", self._cable, "up"), ("-n", self._name, "link", "set", far, "up"),
                      ("-n", self._name, "link", "set", "lo", "up")):  # fmt: skip
            _ip(*up)
        forward(socket.AF_UNIX, str(self._tango), socket.AF_INET, ("127.0.0.1", tango_port))
        words = [sys.executable, "-m", "tests.workers.partition", str(tango_port), str(self._tango)]
        self._forward = subprocess.Popen([*self.inside(), *words])

    def inside(self) -> list[str]:
        """What goes before a program that is to run there."""
        return ["ip", "netns", "exec", self._name]

    def cut(self) -> None:
        """From now on no packet comes through, and nobody is told."""
        _ip("link", "set", self._cable, "down")

    def mend(self) -> None:
        """The cable is plugged in again."""
        _ip("link", "set", self._cable, "up")

    def close(self) -> None:
        """Nothing of it stays."""
        self._forward.kill()
        self._forward.wait()
        _ip("netns", "delete", self._name)


def forward(family: int, at: object, to_family: int, to: object) -> None:
    """Whatever connects at one address is connected to another one, for as long as this process lives."""
    listening = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(at)  # type: ignore[arg-type]
    listening.listen(128)

    def accept() -> None:
        while True:
            one, _ = listening.accept()
            other = socket.socket(to_family, socket.SOCK_STREAM)
            other.connect(to)  # type: ignore[arg-type]
            for source, target in ((one, other), (other, one)):
                threading.Thread(target=_copy, args=(source, target), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


if __name__ == "__main__":
    forward(socket.AF_INET, ("127.0.0.1", int(sys.argv[1])), socket.AF_UNIX, sys.argv[2])
    threading.Event().wait()
