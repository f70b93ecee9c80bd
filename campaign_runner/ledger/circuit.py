"""Does Tango answer at all?  One row for all who call it under one name: how many calls in a row had no usable answer.

Anyone who fails adds one, anyone who gets an answer sets it back; an old failure says nothing any more. A run that a person
starts tries again; workers ask before they call.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, select, text, update

from campaign_runner.ledger import jobs
from campaign_runner.ledger.schema import circuits
from campaign_runner.ledger.store import Ledger

# So long after the last failure somebody tries again.
STALE = 60.0
# Who gets answers looks so often whether somebody else counts failures.
LOOK = 2.0


_COUNT = text("""
INSERT INTO circuits (name, silent, at) VALUES (:name, 1, :now) ON CONFLICT (name) DO UPDATE SET at = :now,
silent = CASE WHEN circuits.at < :now - :stale THEN 1 ELSE circuits.silent + 1 END RETURNING silent""")


class SharedCircuit:
    """The calls under `name` (account and address)."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        self._ledger, self._name = ledger, name[:200]
        self._looked = 0.0

    def silent(self) -> int:
        """How many calls in a row had no usable answer, no matter who made them."""
        with self._ledger.read() as connection:
            return self._now(connection)

    def failed(self) -> int:
        """One more had none; returns how many in a row."""
        self._looked = 0.0
        with self._ledger.write("count a call without an answer") as connection:
            values = {"name": self._name, "now": jobs.now(connection), "stale": STALE}
            return int(connection.execute(_COUNT, values).scalar_one())

    def answered(self) -> None:
        """Tango answers: whatever was counted is past."""
        if time.monotonic() - self._looked < LOOK:
            return
        if self.silent():
            with self._ledger.write("Tango answers again") as connection:
                connection.execute(update(circuits).where(circuits.c.name == self._name).values(silent=0))
        self._looked = time.monotonic()

    def _now(self, connection: Connection) -> int:
        query = select(circuits.c.silent, circuits.c.at).where(circuits.c.name == self._name)
        row = connection.execute(query).one_or_none()
        return int(row.silent) if row and row.at >= jobs.now(connection) - STALE else 0
