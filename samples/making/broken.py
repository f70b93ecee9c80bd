"""One tiny broken input per error message, with the command that shows it; docs/errors.md lists them all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Broken:
    """`path` lies in samples/broken/, where `command` (after `campaign-runner`) is to be given."""

    path: str
    title: str
    content: bytes | str
    exit_code: int
    command: str = "check {path}"

    @property
    def words(self) -> list[str]:
        """The command, word by word."""
        return self.command.format(path=self.path).split()

    @property
    def group(self) -> str:
        """files, settings, limits, preflight or rows."""
        return self.path.partition("/")[0]

    @property
    def name(self) -> str:
        """What its golden file is called."""
        return self.path.replace("/", "-")

    def write(self, folder: Path) -> None:
        """Put it below `folder`."""
        path = folder / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content.encode() if isinstance(self.content, str) else self.content)
