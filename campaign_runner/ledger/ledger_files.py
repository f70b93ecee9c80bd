"""What can be asked of files without a database?  Whether a ledger can be written, and which file this is."""

from __future__ import annotations

import os
from hashlib import file_digest
from pathlib import Path

FILE = "ledger.sqlite"


def is_writable(folder: Path) -> bool:
    """Whether this process may write into a state folder and its ledger, or make them."""
    for path in (folder, folder / FILE):
        if path.exists():
            if not os.access(path, os.W_OK):
                return False
        elif not path.parent.exists():
            return is_writable(folder.parent)
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
