"""How does a program of many threads get another process?  From a server that was forked before there were any threads.

A process that is forked beside a thread may inherit a lock that nobody will ever open. So one process is forked first
of all (`start`), holds nothing and starts no thread, and forks others when it is asked to. Where threads run already it
is a Python of its own. Each process has a guard above it, which waits for it and knows how it ended.
"""

from __future__ import annotations

import atexit
import ctypes
import errno
import fcntl
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

_LONGEST, _MOST_DESCRIPTORS = 1 << 16, 8
_NUMBER = struct.Struct("<q")
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_START = "from campaign_runner.intake.fork_server import main; main()"

Target = Callable[..., object]


class Child:
    """A process that the server forked."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._status: int | None = None
        self.pid = self._number(-errno.EPIPE)
        if self.pid < 0:
            channel.close()
            raise OSError(-self.pid, os.strerror(-self.pid))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal; its number is nobody else's before `close`."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def status(self, seconds: float | None = None) -> int | None:
        """The exit code, or minus the signal that ended it; None where it still runs after this many seconds."""
        if self._status is None and select.select([self._channel], [], [], seconds)[0]:
            self._status = self._number(-signal.SIGKILL)
        return self._status

    def close(self) -> None:
        """Nothing more is asked of it."""
        self._channel.close()

    def _number(self, if_nobody_is_there: int) -> int:
        data = self._channel.recv(_NUMBER.size, socket.MSG_WAITALL)
        return int(_NUMBER.unpack(data)[0]) if len(data) == _NUMBER.size else int(if_nobody_is_there)


class ForkServer:
    """The server, seen from the program that asks it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket, self._owner = ours, os.getpid()
        try:
            with theirs:
                self.pid = _forked(theirs) if threads() == 1 else _started_anew(theirs)
        except OSError:
            ours.close()
            raise

    @property
    def is_usable(self) -> bool:
        """Whether it is this very process that may ask it."""
        return self._owner == os.getpid()

    def child(self, target: Target, *descriptors: int, imports: Sequence[str] = ()) -> Child:
        """A process that calls `target`, a function of a module, with copies of these descriptors and ends; raises
        OSError. `imports` are modules that the server is to know from now on."""
        request = pickle.dumps((sys.path, [*imports, target.__module__], target.__qualname__))
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._socket, [request], [theirs.fileno(), *descriptors])
            except OSError:
                ours.close()
                raise
        return Child(ours)

    def end(self) -> None:
        """End it, and what it forked."""
        self._socket.close()
        if self.is_usable:
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)


_SERVERS: list[ForkServer] = []
_STARTING = threading.Lock()


def start() -> ForkServer:
    """The server of this process, started at the first call: it costs least, and is soundest, before any thread.

    And before any SQLite file is opened: a fork would believe that it holds the locks which this process holds.
    """
    with _STARTING:
        if not (_SERVERS and _SERVERS[0].is_usable):
            _SERVERS[:] = [ForkServer()]
        return _SERVERS[0]


def child(target: Target, *descriptors: int, imports: Sequence[str] = ()) -> Child:
    """A process of the server's; one that was ended from outside is replaced by another."""
    try:
        return start().child(target, *descriptors, imports=imports)
    except (BrokenPipeError, ConnectionError):
        end()
        return start().child(target, *descriptors, imports=imports)


@atexit.register
def end() -> None:
    """End the server, if there is one."""
    while _SERVERS:
        _SERVERS.pop().end()


def is_available() -> bool:
    """Whether there can be a server here."""
    return sys.platform == "linux"


def threads() -> int:
    """How many threads run in this process, those of libraries among them."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - pathlib would make an object of each


def die_with_parent(number: int) -> None:
    """Have the system send this signal to this process when its parent is gone."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, number)


def _forked(theirs: socket.socket) -> int:
    pid = os.fork()
    if not pid:
        _serve(theirs.fileno())
    return pid


def _started_anew(theirs: socket.socket) -> int:
    """A Python of its own, whose standard input is the socket."""
    actions = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0)]
    command = [sys.executable, "-P", "-c", _START]
    return os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)


def main() -> NoReturn:
    """The life of a server that is a Python of its own."""
    _serve(0)


def _serve(descriptor: int) -> NoReturn:
    """Fork when asked to, until nobody can ask any more."""
    guards: set[int] = set()
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # those who asked decide
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _hold_only(descriptor)
        gc.freeze()  # what the program had is never taken away here: its descriptors would be closed twice
        with socket.socket(fileno=3) as asked:
            while True:
                request, descriptors, *_ = socket.recv_fds(asked, _LONGEST, _MOST_DESCRIPTORS)
                if not request:
                    break
                guards = {pid for pid in guards if os.waitpid(pid, os.WNOHANG) == (0, 0)}
                guards |= _fork(request, descriptors)
        for pid in guards:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    finally:
        os._exit(0)


def _hold_only(descriptor: int) -> None:
    """Keep the socket, as number 3, and nothing else that was open."""
    kept = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 4)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.dup2(kept, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))


def _fork(request: bytes, descriptors: list[int]) -> set[int]:
    """The guard of a new process; none where there can be none, which the one who asked is told."""
    channel, *rest = descriptors
    try:
        path, modules, name = pickle.loads(request)  # noqa: S301 - from our own program
        sys.path[:] = path
        for module in modules:
            with suppress(Exception):  # the process itself will say it
                importlib.import_module(module)
        pid = os.fork()
    except OSError as error:
        os.write(channel, _NUMBER.pack(-(error.errno or 1)))
        pid = 0
    else:
        if not pid:
            _guard(channel, rest, getattr(sys.modules[modules[-1]], name))
    for one in descriptors:
        os.close(one)
    return {pid} if pid else set()


def _guard(channel: int, descriptors: list[int], target: Target) -> NoReturn:
    """Fork the process itself, tell its number, and how it ended; stay until nobody may send it a signal any more."""
    try:
        os.close(3)
        server = os.getppid()
        die_with_parent(signal.SIGKILL)
        pid = os.fork()
        if not pid:
            os.close(channel)
            _work(target, descriptors)
        for one in descriptors:
            os.close(one)
        os.write(channel, _NUMBER.pack(pid))
        if os.getppid() != server:
            os.kill(pid, signal.SIGKILL)
        ended: Any = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        os.write(channel, _NUMBER.pack(ended.si_status * (1 if ended.si_code == os.CLD_EXITED else -1)))
        os.read(channel, 1)
        os.waitpid(pid, 0)
    except OSError as error:
        os.write(channel, _NUMBER.pack(-(error.errno or 1)))
    finally:
        os._exit(0)


def _work(target: Target, descriptors: list[int]) -> NoReturn:
    try:
        target(*descriptors)
    finally:
        os._exit(0)
