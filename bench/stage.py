"""Where is a command measured?  In an empty folder, with a stand-in for Tango of its own where it needs one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from bench.data import FOLDER, file

SETTINGS = """[campaign]
id = "bench"
name = "Bench"

[tango]
base_url = "{url}"
requests_per_second = {pace}
batch_size = {batch}

[identity]
key = ["Employee ID"]
"""


@dataclass
class Stage:
    """A folder, and the address of the stand-in ("" = none was asked for)."""

    folder: Path
    url: str = ""
    pace: float = 0
    batch: int = 500
    values: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Path:
        """The campaign.toml of this folder."""
        path = self.folder / "campaign.toml"
        path.write_text(SETTINGS.format(url=self.url, pace=self.pace, batch=self.batch), "utf-8")
        return path

    def ours(self, command: str, *arguments: str | Path) -> list[str]:
        """A command of campaign-runner in this folder."""
        where = ("--config", self.settings, "--state", self.folder / "state")
        reports = () if command == "status" else ("--reports", self.folder / "reports")
        whole = [sys.executable, "-m", "campaign_runner", command, *arguments, *where, *reports, "--quiet"]
        return [str(part) for part in whole]

    def module(self, name: str, *arguments: object) -> list[str]:
        """A module of the bench with arguments."""
        return [sys.executable, "-m", f"bench.{name}", *map(str, arguments)]


@contextmanager
def stage(*, tango: bool = False, pace: float = 0, batch: int = 500) -> Iterator[Stage]:
    """An empty stage; with `tango` a fresh stand-in runs beside it as a process of its own."""
    folder = Path(tempfile.mkdtemp(prefix="stage-", dir=_inside())).resolve()
    try:
        if not tango:
            yield Stage(folder, pace=pace, batch=batch)
            return
        with _tango(folder / "tango", pace) as url:
            yield Stage(folder, url, pace, batch)
    finally:
        shutil.rmtree(folder)


def rewards(rows: int, faulty: int = 2, suffix: str = "csv") -> Path:
    """A generated file (see `data`)."""
    return file(rows, faulty, suffix).resolve()


def _inside() -> Path:
    FOLDER.mkdir(exist_ok=True)
    return FOLDER


@contextmanager
def _tango(state: Path, pace: float) -> Iterator[str]:
    command = [sys.executable, "-m", "campaign_runner", "simulator", "--port", "0", "--json", "--state", str(state)]
    with subprocess.Popen(  # noqa: S603
        [*command, "--requests-per-second", str(pace)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            url = json.loads(process.stdout.readline())["base_url"]
            _fill_account(url)
            yield url
        finally:
            process.terminate()


def _fill_account(url: str) -> None:
    """A million rewards of up to fifty pieces need more than the stand-in has in stock."""
    content = json.dumps({"accounts": {"acme-account": {"cents": 10**14}}}).encode()
    request = Request(f"{url}/simulator/world", content, {"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310
        answer.read()
