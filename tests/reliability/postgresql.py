"""A PostgreSQL of one's own for a while: on the loopback address, in a temporary folder, never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.reliability.processes import free_port, until

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, None where there is none, or where root cannot become somebody else."""
    named = shutil.which("initdb")
    found = [Path(named).resolve().parent] if named else []
    found += [path for place in PLACES for path in sorted(Path("/").glob(place.lstrip("/")), reverse=True)]
    able = os.geteuid() != 0 or shutil.which("setpriv")
    return next(
        (path for path in found if (path / "initdb").exists() and (path / "postgres").exists() and able), None
    )


class Server:
    """A running server; `database()` makes an empty database and gives its URL."""

    def __init__(self, folder: Path, bin_: Path, network: str = "") -> None:
        """`network` is one whose machines may come in, too."""
        self._listen = "*" if network else "127.0.0.1"
        self._folder, self._bin, self._port = folder, bin_, free_port()
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._call("initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "--no-sync")
        if network:
            with (folder / "data" / "pg_hba.conf").open("a", encoding="utf-8") as rules:
                rules.write(f"host all all {network} trust\n")

    def start(self) -> None:
        """Start it and wait until it answers."""
        call = [*as_nobody(), str(self._bin / "postgres"), "-D", str(self._folder / "data"), "-p", str(self._port),
                "-k", str(self._folder), "-c", f"listen_addresses={self._listen}", "-c", "fsync=off"]  # fmt: skip
        self._process = subprocess.Popen(
            call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder
        )  # fmt: skip
        until(self._answers)

    def stop(self) -> None:
        """At once, as after a power cut: connections break, nothing is tidied up."""
        if self._process:
            self._call("pg_ctl", "stop", "-D", self._folder / "data", "-m", "immediate")
            self._process.wait()
            self._process = None

    def database(self) -> str:
        """A new database."""
        name = f"ledger{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def files(self) -> list[Path]:
        """The files in which tables are kept."""
        return [path for path in (self._folder / "data" / "base").rglob("*") if path.is_file()]

    def _url(self, name: str) -> str:
        return f"postgresql://tester@127.0.0.1:{self._port}/{name}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _call(self, program: str, *arguments: object) -> None:
        call = [*as_nobody(), str(self._bin / program), *map(str, arguments)]
        subprocess.run(call, check=True, capture_output=True, cwd=self._folder)


@contextmanager
def serving(bin_: Path, network: str = "") -> Iterator[Server]:
    """A server while this lasts."""
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as name:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(name, nobody.pw_uid, nobody.pw_gid)
        server = Server(Path(name), bin_, network)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def as_nobody() -> Sequence[str]:
    """What goes before a program that will not run as root."""
    if os.geteuid() != 0:
        return ()
    nobody = pwd.getpwnam("nobody")
    return ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
