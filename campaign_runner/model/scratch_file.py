"""Where does what is too much for memory wait?  In a temporary file without a name, closed with the object that has it."""

from __future__ import annotations

import tempfile
import weakref
from typing import IO


def scratch_file(owner: object) -> IO[bytes]:
    """An empty file to write and read, which is gone when its owner is."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is open as long as its owner lives
    weakref.finalize(owner, file.close)
    return file
