"""Who may work on a campaign?  Anyone who holds its claim: a lease with a fencing number, one row for each campaign.

    claim(ledger, name)           -> Claim; raises CampaignHeld, with who holds it. `Ledger.hold` is this, kept alive
    holder_of(connection, name)   -> Holder | None: who holds it now, for people
    Claim.check(connection)       within a transaction: it is still ours, until this transaction ends; raises ClaimLost
    Claim.require()               right before bytes leave: the lease has not run out meanwhile; raises ClaimLost
    Claim.keep() / release()      what `Ledger.hold` calls every `lease / 3` seconds, and at the end

A claim is taken over with the next fence, by anybody, where its lease has run out; the time is the database's, so that
it is the same for every machine. On the machine of the holder more is known: a process that is dead holds nothing, at
once, and one that lives and is not stopped holds it, however slow it is and whatever happens to the clock.

Anyone who takes over changes `fence`, a column with a unique index, for which PostgreSQL waits until every transaction
that has checked the fence is over; renewing does not. A holder that stopped in the middle of one is cut off by the
database after `lease` and two seconds.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from campaign_runner.ledger import holders
from campaign_runner.ledger.database_errors import damaged, translated
from campaign_runner.model.errors import CampaignHeld, ClaimLost, StateError
from campaign_runner.model.log import log

if TYPE_CHECKING:
    from campaign_runner.ledger.store import Ledger

_LOG = logging.getLogger(__name__)
LEASE = 6.0
# This many leases after its last renewal a process that lives, but does not renew, is taken for one that never will: in a
# file, anyone who writes for a long time keeps all others from renewing.
HUNG = {"sqlite": 10, "postgresql": 1}
_POLL = 0.25
_BUSY = 1.0  # a renewal waits so long for others that write, and is tried again
_NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch from clock_timestamp())::double precision",
}
_READ = (
    "SELECT fence, beats, holder, process, since, lease, expires_at, beat_at, {now} FROM claims WHERE name = :name"
)
_NEW = """
INSERT INTO claims (name, fence, beats, holder, process, since, lease, expires_at, beat_at)
VALUES (:name, 1, 0, :holder, :process, :since, :lease, {now} + :lease, :beat) ON CONFLICT DO NOTHING RETURNING fence"""
_TAKE = """
UPDATE claims SET fence = fence + 1, beats = 0, holder = :holder, process = :process, since = :since, lease = :lease,
expires_at = {now} + :lease, beat_at = :beat WHERE name = :name AND fence = :fence AND beats = :beats RETURNING fence"""
_RENEW = """
UPDATE claims SET beats = beats + 1, expires_at = {now} + lease, beat_at = :beat
WHERE name = :name AND fence = :fence AND process = :process RETURNING fence"""
_RELEASE = """
UPDATE claims SET beats = beats + 1, holder = '', expires_at = 0
WHERE name = :name AND fence = :fence AND process = :process RETURNING fence"""
_CHECK = "SELECT fence, process FROM claims WHERE name = :name"
# Nobody takes over before this transaction is over, nor waits for one whose process has stopped.
_CHECK_POSTGRESQL = """
SELECT fence, process, set_config('idle_in_transaction_session_timeout', :idle, true) FROM claims WHERE name = :name
FOR KEY SHARE"""

# What this process holds, as `process` names each claim.
_HELD: set[str] = set()


class Holder(NamedTuple):
    """A row of `claims`; `now` is the database's time. `holder` is "" where nobody holds it."""

    fence: int
    beats: int
    holder: str
    process: str
    since: str
    lease: float
    expires_at: float
    beat_at: float
    now: float
    patience: int  # this many leases a process of this machine may be silent that is not stopped

    @property
    def is_free(self) -> bool:
        """Whether it may be taken over at this moment, as far as the row and this machine tell."""
        if not self.holder or self.is_left or holders.is_dead(self.proof):
            return True
        if holders.is_here(self.proof):
            silent = holders.uptime() - self.beat_at
            return silent > self.lease * (1 if holders.is_stopped(self.proof) else self.patience)
        return self.expires_at <= self.now

    @property
    def is_left(self) -> bool:
        """Whether this very process released it, and could not say so: its database was away."""
        return self.proof == holders.proof() and self.process not in _HELD

    @property
    def may_be_dead(self) -> bool:
        """Whether only time can tell: the holder is on another machine."""
        return not holders.is_here(self.proof)

    @property
    def proof(self) -> str:
        """What `holders` tells the process by; the rest of `process` tells its claims apart."""
        return self.process.rpartition(" ")[0]


@dataclass
class Claim:
    """A claim that this process holds. `fence` is larger than that of everybody who held it before."""

    ledger: Ledger
    name: str
    fence: int
    process: str
    lease: float = LEASE
    is_lost: bool = False
    _until: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def check(self, connection: Connection, silent_seconds: float = 0) -> None:
        """Raise ClaimLost where somebody took over; else nobody does before this transaction is over. It may say nothing
        to the database for so long (0: the lease and two seconds); then its process counts as stopped."""
        statement, values = _CHECK, {"name": self.name}
        if connection.dialect.name == "postgresql":
            idle = int((silent_seconds or self.lease + 2) * 1000)
            statement, values = _CHECK_POSTGRESQL, {**values, "idle": f"{idle}"}
        if self.is_lost or (*_row(connection, statement, values)[:2],) != (self.fence, self.process):
            self.is_lost = True
            raise ClaimLost(_lost(self.name, holder_of(connection, self.name)))

    def require(self) -> None:
        """Raise ClaimLost where the lease has run out and cannot be renewed at once: nothing may be sent."""
        if not self.is_lost and holders.uptime() < self._until:
            return
        try:
            renewed = self.keep()
        except (StateError, DBAPIError):
            raise ClaimLost(_lost(self.name, None)) from None
        if not renewed:
            with self.ledger.read() as connection:
                raise ClaimLost(_lost(self.name, holder_of(connection, self.name)))

    def keep(self) -> bool:
        """Renew the lease; False where somebody took over. Raises StateError where the database cannot be asked."""
        with self._turn:
            if self.is_lost:
                return False
            began = holders.uptime()
            with self.ledger.beside(busy=_BUSY) as connection:
                self.is_lost = not self._renew(connection)
            self._until = 0.0 if self.is_lost else began + self.lease
        return not self.is_lost

    def keep_within(self, connection: Connection) -> None:
        """Renew it at the end of a long transaction of our own, on a database that lets nobody else write meanwhile."""
        began = holders.uptime()
        if self._renew(connection):
            self._until = max(self._until, began + self.lease)

    def release(self) -> None:
        """Release it, if it is still ours; a database that cannot be asked will see the lease run out."""
        self._until = 0.0
        _HELD.discard(self.process)
        try:
            with self.ledger.beside() as connection:
                _row(connection, _RELEASE, self._mine)
        except (StateError, DBAPIError):
            return

    @property
    def _mine(self) -> dict[str, Any]:
        return {"name": self.name, "fence": self.fence, "process": self.process}

    def _renew(self, connection: Connection) -> bool:
        values = {**self._mine, "beat": holders.uptime()}
        return bool(_row(connection, _RENEW, values))


def claim(ledger: Ledger, name: str, *, lease: float = LEASE, patience: float | None = None) -> Claim:
    """Take the claim on `name` (`environment-campaign_id`). Raises CampaignHeld where it is somebody else's: at once where
    the holder is known to live, else after `patience` seconds (None: as long as a lease)."""
    began, process = time.monotonic(), f"{holders.proof()} {token_hex(8)}"
    seen: Holder | None = None
    while True:
        with translated(ledger.engine), ledger.beside() as connection:
            holder = _read(connection, name)
            waited = time.monotonic() - began
            same = (
                seen is not None and holder is not None and (seen.fence, seen.beats) == (holder.fence, holder.beats)
            )
            silent = same and holder is not None and holder.may_be_dead and waited > holder.lease
            stamp = holders.uptime()
            if (holder is None or holder.is_free or silent) and (
                fence := _take(connection, name, holder, process, lease)
            ):
                _HELD.add(process)
                return Claim(ledger, name, fence, process, lease, _until=stamp + lease)
        if holder is not None and not holder.is_free:
            renewed = seen is not None and not same
            longest = holder.lease + 2 * _POLL if patience is None else patience
            if renewed or not holder.may_be_dead or waited > longest:
                raise CampaignHeld(_held(name, holder))
            if seen is None:
                log(_LOG, "waiting for the lease of another run to run out", campaign=name)
            seen = seen or holder
        elif waited > lease:  # free all the time, and yet never ours
            raise damaged(ledger.engine)
        time.sleep(_POLL if seen else 0.01)


def holder_of(connection: Connection, name: str) -> Holder | None:
    """Who holds a campaign at this moment; None where nobody does."""
    holder = _read(connection, name)
    return holder if holder and holder.holder and not holder.is_free else None


def _take(connection: Connection, name: str, holder: Holder | None, process: str, lease: float) -> int:
    """The fence, 0 where somebody was faster."""
    values = {"name": name, "holder": holders.this_process(), "process": process, "since": holders.since(),
              "lease": lease, "beat": holders.uptime()}  # fmt: skip
    if holder is None:
        return int((*_row(connection, _NEW, values), 0)[0])
    return int((*_row(connection, _TAKE, {**values, "fence": holder.fence, "beats": holder.beats}), 0)[0])


def _read(connection: Connection, name: str) -> Holder | None:
    row = _row(connection, _READ, {"name": name})
    return Holder._make([*row, HUNG[connection.dialect.name]]) if row else None


def _row(connection: Connection, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """The row that a statement gives, () without one; SQLite is asked as directly as by `compiled_sql`."""
    sql = statement.format(now=_NOW[connection.dialect.name])
    if connection.dialect.name != "sqlite":
        return connection.execute(text(sql), values).first() or ()
    driver: Any = connection.connection.driver_connection
    try:
        rows: list[Sequence[Any]] = driver.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise DBAPIError(sql, None, error) from error
    return rows[0] if rows else ()


def _who(holder: Holder | None) -> str:
    return f", {holder.holder} since {holder.since}" if holder and holder.holder else ""


def _held(name: str, holder: Holder) -> str:
    """`name` is the environment, a hyphen and the campaign's id."""
    environment, _, campaign_id = name.partition("-")
    return (
        f"Another run holds the campaign {campaign_id} ({environment}){_who(holder)}. Wait until it has ended (see "
        f"`campaign-runner status {campaign_id}`), then run again. Nothing was sent by this one."
    )


def _lost(name: str, holder: Holder | None) -> str:
    environment, _, campaign_id = name.partition("-")
    return (
        f"This run lost its claim on the campaign {campaign_id} ({environment}): it was stopped, or cut off from the "
        f"ledger, for too long, and another run may have taken over{_who(holder)}. It sends nothing more. See "
        f"`campaign-runner status {campaign_id}`, then run again. Nothing is lost, and nothing is sent twice."
    )
