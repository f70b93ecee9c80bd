"""Where does freed memory go?  Back to the system when a stage is over: malloc and arrow keep it for the next, and one
stage after another takes more."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8  # M_ARENA_MAX of mallopt(3)


def share_one_heap() -> None:
    """Of a program of many threads: malloc gives each a heap of its own otherwise, which keeps what it once took."""
    if sys.platform == "linux":
        choose = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's own
        if choose:
            choose(_ARENA_MAX, 1)


def trim_memory() -> None:
    """Let the system have what is free; where that cannot be asked for, nothing happens."""
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
        if trim:
            trim(0)
