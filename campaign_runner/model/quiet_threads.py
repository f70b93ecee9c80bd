"""Which threads may run while a process is forked?  Those that do nothing at that moment, and are not missed after it."""

from __future__ import annotations

import os
import threading

# Held by a quiet thread while it works, and by whoever forks.
AT_WORK = threading.Lock()


class QuietThread(threading.Thread):
    """A thread that works only under `AT_WORK`, and waits otherwise; a forked process lacks it, and does without."""


def others() -> int:
    """How many threads there are besides this one that a forked process would miss, or find in the middle of something."""
    return sum(not isinstance(thread, QuietThread) for thread in threading.enumerate()) - 1


os.register_at_fork(
    before=AT_WORK.acquire, after_in_parent=AT_WORK.release, after_in_child=AT_WORK.release
)  # fmt: skip
