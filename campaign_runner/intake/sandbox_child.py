"""What may the process do that parses a foreign file?  Read it, within limits, and write its answer into one pipe.

It has no other descriptor of the parent's (no socket, ledger or terminal), opens no socket, starts no program, writes no
file, and leaves no core dump.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import os
import pickle
import platform
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from campaign_runner.intake import sandbox_reply
from campaign_runner.intake.fork_server import die_with_parent
from campaign_runner.model.errors import CampaignRunnerError

MEMORY, MEMORY_PER_BYTE, MOST_MEMORY = 1 << 30, 64, 8 << 30
CPU_SECONDS, CPU_SECONDS_PER_MB = 60, 20
WALL_SECONDS = 120  # on top of three times the seconds of processor time: the machine may be busy
REPLY, ERRORS = 3, 2  # the descriptors that it keeps
SIZE = struct.Struct("<Q")
_SECONDS_TO_END = 5


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Bytes on top of what a process of ours has anyway, seconds of processor time, seconds by the clock."""

    memory: int
    cpu: int
    wall: int

    @classmethod
    def of(cls, path: Path) -> SandboxLimits:
        """The limits for a file of this size."""
        size = path.stat().st_size if path.is_file() else 0
        cpu = CPU_SECONDS + CPU_SECONDS_PER_MB * (size >> 20)
        return cls(min(MEMORY + MEMORY_PER_BYTE * size, MOST_MEMORY), cpu, WALL_SECONDS + 3 * cpu)


class ChildOutcome(StrEnum):
    """How it went: `RAISED` comes with the exception; a panic is one of the reader's own."""

    DONE = "done"
    RAISED = "raised"
    NO_MEMORY = "no memory"
    PANIC = "panic"


def serve(task: int, reply: int, errors: int) -> NoReturn:
    """The whole life of the process: take the pickled task, do it within its limits, send the answer, end."""
    try:
        gc.disable()
        parent = os.getppid()
        _keep(task, reply, errors)
        sys.stdout = sys.stderr = os.fdopen(ERRORS, "w", errors="replace", closefd=False)
        with os.fdopen(0, "rb", closefd=False) as file:
            limits, work, arguments = pickle.load(file)  # noqa: S301 - from our own program
        _confine(limits)
        if os.getppid() == parent:
            _send(outcome_of(work, arguments))
        os._exit(0)
    finally:
        os._exit(1)


def outcome_of(work: Callable[..., Any], arguments: Sequence[Any]) -> tuple[ChildOutcome, Any]:
    """Its result, whatever it raises."""
    try:
        return ChildOutcome.DONE, work(*arguments)
    except MemoryError:
        return ChildOutcome.NO_MEMORY, None
    except CampaignRunnerError as error:
        return ChildOutcome.RAISED, error
    except Exception as error:
        error.add_note(traceback.format_exc())
        return ChildOutcome.RAISED, error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return ChildOutcome.PANIC, None


def _keep(task: int, reply: int, errors: int) -> None:
    """Close every descriptor but these: the task comes by standard input, which ends with it."""
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, REPLY + 1) for descriptor in (task, reply, errors, errors)]
    for descriptor, number in zip(high, (0, REPLY, ERRORS, 1), strict=True):
        os.dup2(descriptor, number)
    os.closerange(REPLY + 1, os.sysconf("SC_OPEN_MAX"))


def _confine(limits: SandboxLimits) -> None:
    import resource  # not on Windows

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.meta_path.insert(0, _WithoutPandas())
    pa.array([""])  # with its first array, arrow reserves a gigabyte of addresses: not the file's doing
    pa.set_memory_pool(pa.system_memory_pool())
    die_with_parent(signal.SIGKILL)
    leave()
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib would cost more than the rest
        held = int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    for kind, soft, hard in (
        (resource.RLIMIT_DATA, held + limits.memory, held + limits.memory),
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + _SECONDS_TO_END),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with suppress(ValueError, OSError):  # it is stricter already
            resource.setrlimit(kind, (soft, hard))


class _WithoutPandas(MetaPathFinder):
    """Arrow would load it, to know that a list is no frame: that takes longer than to read a file of a thousand rows."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """No reader of files needs it."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def _send(answer: tuple[ChildOutcome, Any]) -> None:
    """How many pieces, their sizes, the pieces: the answer, then the columns' bytes as they are."""
    try:
        made = sandbox_reply.packed([str(answer[0]), answer[1]])
    except MemoryError:
        made = sandbox_reply.packed([str(ChildOutcome.NO_MEMORY), None])
    except (TypeError, ValueError) as error:
        made = sandbox_reply.packed([str(ChildOutcome.RAISED), RuntimeError(f"{error}: {answer[1]!r:.200}")])
    pieces = [memoryview(piece).cast("B") for piece in made]
    sizes = b"".join(SIZE.pack(size) for size in (len(pieces), *(piece.nbytes for piece in pieces)))
    for piece in (memoryview(sizes), *pieces):
        at = 0
        while at < piece.nbytes:
            at += os.write(REPLY, piece[at:])


_NO_NEW_PRIVILEGES, _SET_FILTER, _FILTER = 38, 22, 2  # of prctl(2)
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000  # of unshare(2)
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the latter: EPERM
_FOREIGN = 0x40000000  # from here on x86-64 has the calls of another form of programs
# machine: (its number in the filter, socket, execve, execveat, io_uring_setup, ptrace, process_vm_readv and _writev)
_CALLS = {
    "x86_64": (0xC000003E, (41, 59, 322, 425, 101, 310, 311)),
    "aarch64": (0xC00000B7, (198, 221, 281, 425, 117, 270, 271)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def leave() -> bool:
    """From now on; False where this system has no way for it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return _filtered(libc) or any(libc.unshare(kinds) == 0 for kinds in (_NEW_NETWORK, _NEW_NETWORK | _NEW_USER))


def _filtered(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _CALLS:
        return False
    code = ctypes.create_string_buffer(_program(*_CALLS[platform.machine()]))
    program = _Program(len(code.raw) // 8, ctypes.cast(code, ctypes.c_void_p))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return bool(libc.prctl(_SET_FILTER, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _program(machine: int, calls: tuple[int, ...]) -> bytes:
    """Each instruction: what, how many to skip if so and if not, a number."""
    rest = len(calls)
    steps = [(_LOAD, 0, 0, 4), (_IF_EQUAL, 0, rest + 3, machine), (_LOAD, 0, 0, 0),
             (_IF_AT_LEAST, rest + 1, 0, _FOREIGN)]  # fmt: skip
    steps += [(_IF_EQUAL, rest - at, 0, call) for at, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
