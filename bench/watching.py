"""How much memory does a command take that has other processes work for it?  All of them together, while they live.

What several of them share is counted once (PSS). Only Linux tells; elsewhere the peak is that of the first process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 0.1


@contextmanager
def watched(number: int) -> Iterator[list[float]]:
    """Takes down the MB of a process and all below it, as long as there are any below it."""
    seen: list[float] = [0.0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SECONDS):
            family = _family(number)
            if len(family) > 1:
                seen.append(sum(map(_proportional_mb, family)))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _family(number: int) -> list[int]:
    """A process and its descendants."""
    found = [number]
    for children in Path(f"/proc/{number}/task").glob("*/children"):
        for child in _read(children).split():
            found += _family(int(child))
    return found


def _proportional_mb(number: int) -> float:
    told = dict(line.split()[:2] for line in _read(Path(f"/proc/{number}/smaps_rollup")).splitlines()[1:])
    return int(told.get("Pss:", 0)) / 1024


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:  # it has ended meanwhile
        return ""
