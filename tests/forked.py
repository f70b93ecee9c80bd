"""A program of its own, without the second and a half in which Python reads all modules: they are read once.

A fork server knows the modules; each program is forked from it, and from there on is a process like any other: with its
own working directory, environment, output and signals. What is lost is the start from nothing, which other tests show.
"""

from __future__ import annotations

import functools
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import TimeoutExpired

from campaign_runner.intake.fork_server import ForkServer, die_with_parent

COMMAND = "from campaign_runner.entrypoints.cli import main; main()"
# What takes long to read. Without a thread: each program begins with one.
MODULES = (
    "campaign_runner.entrypoints.cli", "campaign_runner.app.run", "campaign_runner.app.recover",
    "campaign_runner.simulator.http_server", "campaign_runner.validation.validator", "campaign_runner.reporting.registry",
    "pandas", "psycopg", "procrastinate", "campaign_runner.app.jobs",
    "yaml", "xlsxwriter", "jinja2", "tests.forked",
)  # fmt: skip


class Forked:
    """A running program, with the names of `subprocess.Popen`. Its output goes to files: nothing blocks it."""

    def __init__(
        self, words: Sequence[str], *, code: str = COMMAND, cwd: Path | None = None,
        env: Mapping[str, str] | None = None, most_bytes: int = 0,
    ) -> None:  # fmt: skip
        """`code` with `words` as its arguments; no file that it writes may have more than `most_bytes`."""
        told = {"words": ["campaign-runner", *words], "code": code, "cwd": str(cwd or Path.cwd()),
                "env": dict(os.environ if env is None else env), "most_bytes": most_bytes}  # fmt: skip
        self.args, self._files = list(words), [os.memfd_create(name) for name in ("asked", "out", "err")]
        os.write(self._files[0], json.dumps(told).encode())
        self._child = _server().child(_begin, *self._files, imports=MODULES)
        self.pid, self.returncode = self._child.pid, self.poll()

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        return self._child.status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends."""
        self.returncode = self._child.status(timeout)
        if self.returncode is None:
            raise TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait until it ends; what it wrote to standard output and standard error."""
        self.wait(timeout)
        return self.out(), self.err()

    def out(self) -> str:
        """What it has written to standard output."""
        return _content(self._files[1])

    def err(self) -> str:
        """What it has written to standard error."""
        return _content(self._files[2])

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            self._child.kill(number)

    def kill(self) -> None:
        """As hard as can be."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """End it, whatever it does."""
        self.kill()
        self.wait()
        self._child.close()
        while self._files:
            os.close(self._files.pop())


@functools.cache
def _server() -> ForkServer:
    """From a thread: then it is a Python of its own, which has nothing that tests have patched or opened."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ForkServer).result()


def _content(descriptor: int) -> str:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()


def _begin(asked: int, out: int, err: int) -> None:
    """The life of the program."""
    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    told = json.loads(_content(asked))
    for number, descriptor in enumerate((out, err), 1):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["env"])
    if most := told["most_bytes"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    sys.argv, code = told["words"], 0
    try:
        exec(compile(told["code"], "<program>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
