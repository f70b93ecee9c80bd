"""When may the next call be made?  One row that all processes share: the generic cell rate algorithm, burst of one.
And does Tango answer at all?

The time is the database's where there is one for all machines, else this machine's. Anyone who finds that the last call
was booked in the future knows that the clock was set back: what is booked moves back with it, and a hold that Tango
asked for holds for as long as it was asked for, however long that is. What a 429 teaches all (`model.pacing`) is in the
row as well.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import IntegrityError

from campaign_runner.ledger import jobs
from campaign_runner.ledger.coordination_tables import circuits, pace
from campaign_runner.ledger.store import Ledger
from campaign_runner.model import PATIENCE, Clock, OnHold
from campaign_runner.model.ports import Pacing


class SharedLimiter:
    """Paces all calls under `name` (account and address) at `per_second`, less after a 429; 0 = unpaced, but for holds."""

    def __init__(self, ledger: Ledger, name: str, per_second: float, clock: Clock) -> None:
        self._ledger, self._name, self._clock = ledger, name, clock
        self.gap = 1 / per_second if per_second else 0.0
        self._free_at = 0.0  # of an unpaced one, which nobody shares
        if self.gap:
            self._register()

    def reserve(self) -> float:
        """Book the next place; seconds to wait for it. Raises OnHold."""
        wait, held = self._book(0.0) if self.gap else (0.0, self._free_at - self._clock.monotonic())
        if held > PATIENCE:
            raise OnHold(held)
        return max(0.0, wait, held)

    def postpone(self, seconds: float) -> None:
        """Tango answered 429: no call of anybody for so long, and fewer from then on."""
        if self.gap:
            self._book(seconds)
        else:
            self._free_at = max(self._free_at, self._clock.monotonic() + seconds)

    def _book(self, pause: float) -> tuple[float, float]:
        """Book the next place, or a `pause` of everybody; seconds until the place, and until nobody is held back."""
        with self._ledger.write("book the next request") as connection:
            now = self._now(connection)
            columns = select(pace.c.next_at, pace.c.held_until, pace.c.at, pace.c.share, pace.c.slowed_at)
            mine = columns.where(pace.c.name == self._name).with_for_update()
            booked, held, at, share, slowed_at = map(float, connection.execute(mine).one())
            back = max(0.0, at - now)  # the clock was set back by this much, and what is booked with it
            place, held = max(booked - back, now), max(held - back, now + pause)
            pacing = Pacing(share, slowed_at - back)
            pacing = pacing.refused(now) if pause else pacing
            after = place if pause or held - now > PATIENCE else max(place, held) + self.gap / pacing.at(now)
            values = {"next_at": after, "held_until": held, "at": now}
            values |= {"share": pacing.share, "slowed_at": pacing.since}
            connection.execute(pace.update().where(pace.c.name == self._name).values(**values))
        return place - now, held - now

    def _now(self, connection: Connection) -> float:
        if self._ledger.engine.dialect.name == "postgresql":
            clock = select(func.extract("epoch", func.clock_timestamp()))
            return float(connection.execute(clock).scalar_one())
        return self._clock.now().timestamp()

    def _register(self) -> None:
        try:
            with self._ledger.write("register a pace") as connection:
                if connection.execute(select(pace.c.name).where(pace.c.name == self._name)).first() is None:
                    connection.execute(pace.insert().values(name=self._name, next_at=0.0))
        except IntegrityError:
            return  # another process was faster


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
