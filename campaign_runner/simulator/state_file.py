"""How does the stand-in remember?  One JSON line per event, appended and flushed while holding the file's lock.

The state is what the events make of an empty world. Anyone who takes its turn first reads what others appended, so two
processes with the same file agree; a line that a killed process left half written is cut off by the next.
"""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

Event = dict[str, Any]


class Journal:
    """`apply` is called once for each event, in order, no matter who wrote it."""

    def __init__(self, path: Path | None, apply: Callable[[Event], None]) -> None:
        self._apply = apply
        self._lock = threading.RLock()
        self._pending: list[bytes] = []
        self._offset = 0
        self._file = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            # The bodies in it are about people: for the owner alone.
            self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b")
            weakref.finalize(self, self._file.close)  # a stand-in that nobody has any more holds no file

    @contextmanager
    def turn(self) -> Iterator[None]:
        """While this lasts nobody else reads or writes; events are on disk afterwards."""
        with self._lock:
            if self._file is None:
                yield
                return
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                self._catch_up()
                yield
            finally:
                self._flush()
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def add(self, event: Event) -> None:
        """Let it happen, and write it down at the end of the turn; what cannot happen is not written."""
        self._apply(event)
        if self._file is not None:
            self._pending.append(orjson.dumps(event))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _catch_up(self) -> None:
        assert self._file is not None
        self._file.seek(self._offset)
        for line in self._file:
            if not line.endswith(b"\n"):
                self._file.truncate(self._offset)
                break
            self._offset += len(line)
            self._apply(orjson.loads(line))

    def _flush(self) -> None:
        assert self._file is not None
        if self._pending:
            data = b"\n".join(self._pending) + b"\n"
            self._pending.clear()
            self._file.write(data)
            self._file.flush()
            self._offset += len(data)
