"""How does a story call the program?  Its own command line, in this process, with a clock that is turned by hand.

Only what takes long and changes nothing is left out: the reports that no story reads, and more than one worker.
The process may be killed: everything it has written until then is there, as after a power cut; nothing else is.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer

from campaign_runner.app import runtime
from campaign_runner.entrypoints import cli
from tests.clock import HandClock
from tests.reliability import company  # reads the rule book and compiles the SQL once in a process
from tests.reliability.crashes import Bomb, Crash

REPORTS = frozenset({"results.csv", "failures.csv", "summary.json"})
FINANCE = frozenset({"finance.csv"})  # takes as long as all others: only where it is asked for
KILLED = 137
server = company.server


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (`KILLED` if it was) and everything it said."""

    command: str
    code: int
    said: str
    killed_at: str = ""
    sent: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"{self.command} -> {(self.killed_at and f'killed at {self.killed_at}') or self.code}\n{self.said}"


class _Bomb(Bomb):
    """Calls `died` at the moment of death, while the files are as they are then, and `meanwhile` at the `at_order`-th
    time that it is about to send an order, or has just sent one."""

    def __init__(self, how: How) -> None:
        super().__init__(how.kill_at or None)
        self._how, self._orders, self._away = how, 0, False
        self._lock, self._told = threading.Lock(), False

    def tick(self, point: str) -> None:
        if self._away:
            return
        if point.startswith("placing"):
            self._orders += 1
            if self._orders == self._how.at_order:
                self._away = True
                self._how.meanwhile()
                self._away = False
        try:
            super().tick(point)
        except Crash:
            with self._lock:  # another thread may come here before it knows
                if not self._told:
                    self._told = True
                    self._how.died()
            raise


def _nothing() -> None:
    """Nobody does anything."""


@dataclass(frozen=True)
class How:
    """What becomes of a command: killed at the `kill_at`-th write, request or report (0: never); `finance`: with that
    report too."""

    kill_at: int = 0
    died: Callable[[], object] = _nothing
    at_order: int = 0
    meanwhile: Callable[[], None] = _nothing
    finance: bool = False


def call(arguments: Sequence[str | Path], folder: Path, clock: HandClock, home: Path, how: How) -> Ended:
    """`campaign-runner ARGUMENTS` in a folder."""
    words = [str(word) for word in arguments]
    bomb, said, code = _Bomb(how), io.StringIO(), KILLED
    only = REPORTS | FINANCE if how.finance else REPORTS
    with _in(folder, home, clock, only), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            with bomb.armed():
                cli.main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        except Crash:
            pass
    return Ended(" ".join(words), code, said.getvalue(), bomb.hit, tuple(bomb.sent))


@functools.cache
def _commands() -> Any:
    """The command line, made once in a process."""
    return typer.main.get_command(cli.program())


@contextlib.contextmanager
def _in(folder: Path, home: Path, clock: HandClock, only: frozenset[str]) -> Iterator[None]:
    """Working directory, home and clock of this process."""
    made = runtime.Runtime

    def world(*args: Any, **values: Any) -> runtime.Runtime:
        return made(*args, **{**values, "clock": clock, "only": only, "workers": 1})

    before, commands = Path.cwd(), _commands()
    environment = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    os.chdir(folder)
    try:
        with (
            patch.dict(os.environ, environment),
            patch.object(runtime, "Runtime", world),
            patch.object(cli, "program", lambda _: commands),
            patch.object(tempfile, "tempdir", str(home)),
            patch.object(signal, "signal", lambda *_: None),  # what happens meanwhile happens in another thread
        ):
            yield
    finally:
        os.chdir(before)
