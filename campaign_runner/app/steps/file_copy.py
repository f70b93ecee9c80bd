"""Which bytes are checked, planned and kept?  Those of a copy that nobody else writes, made before anything is read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import FileUnusable

TRIES = 3


@contextmanager
def copied(reading: ReadOptions) -> Iterator[ReadOptions]:
    """The same reading, of a copy that lasts as long as this; raises FileUnusable where the file does not hold still.

    What is a copy already, is not a file, or cannot be read, is left as it is: intake says what it is.
    """
    if reading.copy or not reading.path.is_file():
        yield reading
        return
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        copy = Path(folder) / reading.path.name
        try:
            _copy(reading.path, copy)
        except OSError:
            yield reading
            return
        yield replace(reading, copy=copy)


def _copy(path: Path, copy: Path) -> None:
    for _ in range(TRIES):
        before = _seen(path)
        shutil.copyfile(path, copy)
        if before == _seen(path) and copy.stat().st_size == before[0]:
            return
    raise FileUnusable(
        f"{path.name} changed while it was read: a program is still writing it. Wait until it is complete, then run the "
        "same command again. Nothing was sent."
    )


def _seen(path: Path) -> tuple[int, int, int]:
    """What changes with a file: size, time, and which file it is."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino
