"""May the process that parses a foreign file reach anybody?  It opens no socket and starts no program.

The kernel refuses these calls from then on (a filter of system calls, which needs no rights); where it has no such
filter, the process leaves the network by a name space of its own, if it may.
"""

from __future__ import annotations

import ctypes
import platform
import struct

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
