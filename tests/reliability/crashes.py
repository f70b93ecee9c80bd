"""Where can a run die?  Before, within and after every write of the ledger, and on either side of every request.

`Bomb` counts these points and goes off at one of them: nothing of the dead process runs on, for every later point
raises as well. The methods of our own that it wraps do everything else as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from campaign_runner.ledger import Ledger
from campaign_runner.tango.connection import Connection, Reply, TangoCall


class Crash(BaseException):
    """The process was killed here."""


class Bomb:
    """Goes off at the `at`-th point (None: never). `seen` names all points that were passed, `sent` all bodies."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.dead = at, False
        self.seen: list[str] = []
        self.sent: list[tuple[str, bytes]] = []

    @property
    def hit(self) -> str:
        """Where it went off, "" if it did not."""
        return self.seen[-1] if self.dead else ""

    def tick(self, point: str) -> None:
        """Pass a point, or die there."""
        if self.dead:
            raise Crash(f"dead since {self.hit}")
        self.seen.append(point)
        if len(self.seen) == self.at:
            self.dead = True
            raise Crash(point)

    @contextmanager
    def armed(self) -> Iterator[Bomb]:
        """While this lasts every write and every request passes here."""
        with ExitStack() as stack:
            for owner, name, wrapper in (
                (Ledger, "write", self._write), (Connection, "exchange", self._exchange), (Path, "replace", self._rename),
            ):  # fmt: skip
                stack.enter_context(patch.object(owner, name, wrapper(getattr(owner, name))))
            yield self

    def _write(self, original: Any) -> Any:
        @contextmanager
        def write(ledger: Ledger, what: str, **how: bool) -> Iterator[Any]:
            self.tick(f"{what}: before the transaction")
            with original(ledger, what, **how) as connection:
                yield connection
                self.tick(f"{what}: before the commit")
            self.tick(f"{what}: after the commit")

        return write

    def _exchange(self, original: Any) -> Any:
        def exchange(connection: Connection, call: TangoCall, identity: str) -> Reply:
            what = {"POST": "placing", "GET": "looking up"}[call.method]
            self.tick(f"{what}: before the request")
            if call.method == "POST":
                self.sent.append((call.reference, call.body))
            reply: Reply = original(connection, call, identity)
            self.tick(f"{what}: after the answer")
            return reply

        return exchange

    def _rename(self, original: Any) -> Any:
        def rename(path: Path, target: Path) -> Path:
            self.tick("a report: before it is renamed")
            done: Path = original(path, target)
            self.tick("a report: after it was renamed")
            return done

        return rename
