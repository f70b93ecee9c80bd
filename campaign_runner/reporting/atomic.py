"""How does a report appear whole or not at all?  Written beside its place, for its owner alone, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign_runner.errors import StateError


def private_folder(folder: Path) -> Path:
    """Make the folder (0700) where it is not there yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise StateError(
            f"{folder}: this folder cannot be made ({error.strerror}). Name another with --reports."
        ) from None
    return folder


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path; on success it becomes `path`, on failure `path` stays as it was.

    A folder that is missing is made (0700).
    """
    if not path.parent.exists():
        private_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.touch(0o600)
        yield draft
        draft.chmod(0o600)
        draft.replace(path)
    except OSError as error:
        raise StateError(
            f"{path}: the report cannot be written ({error.strerror or error}). Close it where it is open, make "
            "room, or name another folder with --reports; then: campaign-runner reports."
        ) from None
    finally:
        draft.unlink(missing_ok=True)
