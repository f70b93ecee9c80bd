"""When may the next call be made?  One row that all processes share: the generic cell rate algorithm, burst of one.

The time is the database's where there is one for all machines, else this machine's; a clock that was set back can
make nobody wait longer than `MOST_AHEAD` gaps.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from campaign_runner.ledger.schema import pace
from campaign_runner.ledger.store import Ledger
from campaign_runner.model import Clock

SHARE = 0.95  # of the quota: clocks and networks jitter
MOST_AHEAD = 100


class SharedLimiter:
    """Paces all calls under `name` (account and address) at 95 % of `per_second`; 0 = unpaced."""

    def __init__(self, ledger: Ledger, name: str, per_second: float, clock: Clock) -> None:
        self._ledger, self._name, self._clock = ledger, name, clock
        self._gap = 1 / (per_second * SHARE) if per_second else 0.0
        if self._gap:
            self._register()

    def reserve(self) -> float:
        """Book the next place; seconds to wait for it."""
        return self._book(0.0) if self._gap else 0.0

    def postpone(self, seconds: float) -> None:
        """No call of anybody for so long."""
        if self._gap:
            self._book(seconds)

    def _book(self, pause: float) -> float:
        with self._ledger.write() as connection:
            now = self._now(connection)
            found = connection.execute(select(pace.c.next_at).where(pace.c.name == self._name).with_for_update())
            booked = float(found.scalar_one())
            if booked - now > max(MOST_AHEAD * self._gap, 120):
                booked = now  # the clock was set back
            place = max(booked, now + pause)
            after = place if pause else place + self._gap
            connection.execute(pace.update().where(pace.c.name == self._name).values(next_at=after))
        return place - now

    def _now(self, connection: Connection) -> float:
        if self._ledger.engine.dialect.name == "postgresql":
            clock = select(func.extract("epoch", func.clock_timestamp()))
            return float(connection.execute(clock).scalar_one())
        return self._clock.now().timestamp()

    def _register(self) -> None:
        try:
            with self._ledger.write() as connection:
                if connection.execute(select(pace.c.name).where(pace.c.name == self._name)).first() is None:
                    connection.execute(pace.insert().values(name=self._name, next_at=0.0))
        except IntegrityError:
            return  # another process was faster
