"""When may the next call be made?  One row that all processes share: the generic cell rate algorithm, burst of one.

The time is the database's where there is one for all machines, else this machine's. Whoever finds that the last call
was booked in the future knows that the clock was set back: what is booked moves back with it, and a hold that Tango
asked for holds for as long as it was asked for, however long that is.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from campaign_runner.ledger.schema import pace
from campaign_runner.ledger.store import Ledger
from campaign_runner.model import PATIENCE, Clock, OnHold

SHARE = 0.95  # of the quota: clocks and networks jitter


class SharedLimiter:
    """Paces all calls under `name` (account and address) at 95 % of `per_second`; 0 = unpaced, but for holds."""

    def __init__(self, ledger: Ledger, name: str, per_second: float, clock: Clock) -> None:
        self._ledger, self._name, self._clock = ledger, name, clock
        self._gap = 1 / (per_second * SHARE) if per_second else 0.0
        self._free_at = 0.0  # of an unpaced one, which nobody shares
        if self._gap:
            self._register()

    def reserve(self) -> float:
        """Book the next place; seconds to wait for it. Raises OnHold."""
        wait, held = self._book(0.0) if self._gap else (0.0, self._free_at - self._clock.monotonic())
        if held > PATIENCE:
            raise OnHold(held)
        return max(0.0, wait, held)

    def postpone(self, seconds: float) -> None:
        """No call of anybody for so long."""
        if self._gap:
            self._book(seconds)
        else:
            self._free_at = max(self._free_at, self._clock.monotonic() + seconds)

    def _book(self, pause: float) -> tuple[float, float]:
        """Book the next place, or a `pause` of everybody; seconds until the place, and until nobody is held back."""
        with self._ledger.write("book the next request") as connection:
            now = self._now(connection)
            columns = select(pace.c.next_at, pace.c.held_until, pace.c.at).where(pace.c.name == self._name)
            booked, held, at = map(float, connection.execute(columns.with_for_update()).one())
            back = max(0.0, at - now)  # the clock was set back by so much, and what is booked with it
            place, held = max(booked - back, now), max(held - back, now + pause)
            after = place if pause or held - now > PATIENCE else max(place, held) + self._gap
            values = {"next_at": after, "held_until": held, "at": now}
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
