"""When does Python look for garbage?  Seldom while a command works; not at all while a chunk makes tens of thousands of
lasting problems and no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

USUAL = gc.get_threshold()


def collect_seldom() -> None:
    """What a command makes first are modules, which stay: looking through them is a seventh of a short command's time."""
    gc.set_threshold(100_000, *USUAL[1:])


def collect_as_usual() -> None:
    """For a process that stays: what is there by now is left alone, what comes is looked through soon."""
    gc.freeze()
    gc.set_threshold(*USUAL)


@contextmanager
def gc_paused() -> Iterator[None]:
    """Leave cyclic garbage alone for the length of one chunk: a third of the time of a file full of mistakes."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
