"""How does a report appear whole or not at all?  Written beside its place, for its owner alone, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign_runner.model.errors import ReportsUnwritten


def private_folder(folder: Path) -> Path:
    """Make the folder (0700) where it is not there yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise ReportsUnwritten(
            f"{folder}: this folder cannot be made ({error.strerror}). Name another with --reports."
        ) from None
    return folder


@contextmanager
def replacing(path: Path, sign: Callable[[Path, str], None] = lambda *_: None) -> Iterator[Path]:
    """Yield a temporary path; on success it becomes `path`, on failure `path` stays as it was.

    A folder that is missing is made (0700). `sign(draft, name)` hears of a report that is about to appear.
    """
    if not path.parent.exists():
        private_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.touch(0o600)
        yield draft
        draft.chmod(0o600)
        sign(draft, path.name)
        draft.replace(path)
    except OSError as error:
        raise ReportsUnwritten(
            f"{path}: the report cannot be written ({error.strerror or error}). Close it where it is open, free some "
            "space, or name another folder with --reports; then: campaign-runner reports."
        ) from None
    finally:
        draft.unlink(missing_ok=True)


# What reports need at least: a full disk is told before anything is sent.
LEAST_FREE = 64 * 2**20


def prove_writable(folder: Path, least_free: int = LEAST_FREE) -> None:
    """Make the folder, and write, rename and delete a file in it, before anything is sent.

    Raises ReportsUnwritten where that cannot be done, or the disk is all but full.
    """
    private_folder(folder)
    probe = folder / f".writable.{os.getpid()}"
    try:
        probe.write_bytes(b"\0" * 4096)
        probe.replace(probe.with_suffix(".renamed"))
        probe.with_suffix(".renamed").unlink()
    except OSError as error:
        probe.unlink(missing_ok=True)
        raise ReportsUnwritten(
            f"{folder}: reports cannot be written here ({error.strerror or error}). Nothing was sent. Make the folder "
            "writable, or name another with --reports."
        ) from None
    free = shutil.disk_usage(folder).free
    if free < least_free:
        raise ReportsUnwritten(
            f"{folder}: the disk has {free // 2**20} MB left, and reports need at least {least_free // 2**20} MB. Nothing "
            "was sent. Free some space, or name another folder with --reports."
        )
