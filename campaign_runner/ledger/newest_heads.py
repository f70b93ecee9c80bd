"""Which ledger was the newest one used here?  For each campaign, where the chain of events ended when it was last used.

The note lies beside the ledger and outlives it. A ledger whose chain lacks the noted event is older than what was sent:
a backup, a copy, one that lost its newest pages; a ledger with another secret is another one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

import orjson
from sqlalchemy import Connection, select

from campaign_runner.ledger import events
from campaign_runner.ledger.schema import meta
from campaign_runner.model.errors import StateError

FOLDER = "heads"


@dataclass(frozen=True, slots=True)
class NewestHead:
    """The end of a chain: of which ledger (the SHA-256 of its secret), the event's number, hash and time."""

    ledger: str
    event: int
    hash: str
    at: str


@dataclass
class Notes:
    """The notes in a state folder, one file for each campaign and environment."""

    folder: Path
    _newest: dict[str, int] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def read(self, name: str) -> NewestHead | None:
        """What was noted of a campaign; None without a note that can be read."""
        try:
            return NewestHead(**orjson.loads(self._path(name).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, name: str, head: NewestHead) -> None:
        """Note it, whole or not at all; of two threads the one that is further in the chain is right."""
        path = self._path(name)
        with self._turn:
            if self._newest.get(name, 0) > head.event:
                return
            try:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                draft = path.with_suffix(".new")
                draft.touch(mode=0o600)
                draft.write_bytes(orjson.dumps(asdict(head)))
                os.replace(draft, path)  # noqa: PTH105 (a move like any other, but no report)
            except OSError as error:
                raise StateError(
                    f"{path}: cannot be written ({error.strerror}). It says which ledger is the newest; nothing is sent "
                    "without it. Free some space, or choose another folder with --state."
                ) from None
            self._newest[name] = head.event

    def names(self) -> Iterator[str]:
        """The campaigns of which something is noted, as `environment-id`."""
        yield from sorted(path.stem for path in (self.folder / FOLDER).glob("*.json"))

    def _path(self, name: str) -> Path:
        return self.folder / FOLDER / f"{name}.json"


def ledger_name(connection: Connection) -> str:
    """What tells a ledger from all others."""
    return sha256(bytes(connection.execute(select(meta.c.secret)).scalar_one())).hexdigest()


def newest(connection: Connection, ledger: str = "") -> NewestHead:
    """Where the chain of this ledger ends."""
    return NewestHead(ledger or ledger_name(connection), *events.newest_event(connection))


def has(connection: Connection, head: NewestHead) -> bool:
    """Whether this is the ledger that was noted, and its chain holds that event."""
    return head.ledger == ledger_name(connection) and events.hash_of(connection, head.event) == head.hash
