"""Where are the copies of files that inbox and workers work on?  In a folder of the state folder that only they may enter.

What a process that was killed left there goes when the next one begins.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import gethostname

# Of this machine or container alone is known which processes live.
PREFIX = f"files-{gethostname()}-"


@contextmanager
def private_temp(state: Path) -> Iterator[None]:
    """Temporary files of this process are below the state folder while this lasts."""
    folder = state / "tmp"
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    for left in folder.glob(f"{PREFIX}*"):
        if not _lives(left.name.removeprefix(PREFIX)):
            shutil.rmtree(left, ignore_errors=True)
    mine = folder / f"{PREFIX}{os.getpid()}"
    mine.mkdir(parents=True, exist_ok=True, mode=0o700)  # another process may have removed the empty one
    if tempfile.tempdir == str(mine):
        yield
        return
    before, tempfile.tempdir = tempfile.tempdir, str(mine)
    try:
        yield
    finally:
        tempfile.tempdir = before
        for empty in (mine, folder, state):
            with suppress(OSError):  # another thread's are in it
                empty.rmdir()


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
