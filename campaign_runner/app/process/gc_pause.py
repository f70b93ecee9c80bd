"""Why does Python not look for garbage meanwhile?  A chunk makes tens of thousands of lasting problems and no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
