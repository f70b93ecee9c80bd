"""Where do files come from?  A folder of this machine, or one elsewhere (`remote_place`): what can be done in either.

Names are paths below the folder, with `/`. A move of this machine's is one step; elsewhere it may be a copy and a
removal, with both there in between: `leftover` tells what such a move left behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from campaign_runner.model.errors import ExitCode, StateError

WORK, DONE, FAILED = "work", "done", "failed"
# What changes while somebody still writes a file: its size and times, and which file it is.
Seen = tuple[object, ...]


class InboxAway(StateError):
    """The inbox cannot be reached; whatever was under way goes on at the next look."""

    exit_code = ExitCode.NOT_FINISHED


class Place(Protocol):
    """A folder that files are put into."""

    @property
    def shown(self) -> str:
        """Where it is, as people are told it."""

    @property
    def settled(self) -> float:
        """A file that was not changed between two looks so far apart is whole (seconds)."""

    @property
    def between(self) -> float:
        """Seconds from look to look."""

    def files(self) -> Mapping[str, Seen]:
        """All files below it but those that are done or failed."""

    def seen(self, name: str) -> Seen:
        """What changes with a file; () where there is none."""

    def move(self, name: str, goal: str) -> None:
        """Move a file, with the folders that this takes; what is at the goal is replaced."""

    def leftover(self, copy: str, name: str) -> bool:
        """Whether `name` is what a move to `copy` left behind when it was cut short."""

    def read(self, name: str) -> bytes:
        """The bytes of a small file."""

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, whole or not at all."""

    def remove(self, name: str) -> None:
        """Remove a file; none there is fine."""

    def local(self, name: str, folder: Path) -> AbstractContextManager[Path]:
        """A file of this machine with its bytes, made in `folder` if need be, while this lasts."""


class LocalPlace:
    """A folder of this machine."""

    between = 2.0

    def __init__(self, folder: Path, settled: float = 0) -> None:
        self.folder, self.settled = folder, settled or 1.0

    @property
    def shown(self) -> str:
        """Where it is, as people are told it."""
        return str(self.folder)

    def files(self) -> dict[str, Seen]:
        """All files below it but those that are done or failed, in the order of their names."""
        names = []
        for top, folders, files in os.walk(self.folder):
            here = Path(top)
            ended = (DONE, FAILED) if here == self.folder else ()
            folders[:] = [one for one in folders if not one.startswith(".") and one not in ended]
            names += [(here / one).relative_to(self.folder).as_posix() for one in files]
        return {name: seen for name in sorted(names) if (seen := self.seen(name))}

    def seen(self, name: str) -> Seen:
        """What changes with a file; () where there is none."""
        try:
            stat = (self.folder / name).stat()
        except OSError:
            return ()
        return stat.st_size, stat.st_mtime_ns, stat.st_ino

    def move(self, name: str, goal: str) -> None:
        """Move a file by renaming it."""
        target = self.folder / goal
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).replace(target)

    def leftover(self, copy: str, name: str) -> bool:
        """Never: it is renamed in one step."""
        return False

    def read(self, name: str) -> bytes:
        """The bytes of a small file."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, whole or not at all."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        beside.write_bytes(content)
        beside.replace(target)

    def remove(self, name: str) -> None:
        """Remove a file; none there is fine."""
        (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def local(self, name: str, folder: Path) -> Iterator[Path]:
        """The file itself."""
        yield self.folder / name
