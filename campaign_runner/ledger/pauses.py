"""May anything new of a campaign leave?  Not while somebody has it halted, and not before the hour that it was given.

    of(connection, campaign_key) -> Pause      how it stands; `Pause.holds(now)`: nothing new leaves; `sentence(now)`
    halt(connection, key, reason, at)          nothing new leaves until `resume`; what left is followed
    resume(connection, key, at)
    schedule(connection, key, moment, at, zone) nothing leaves before `moment` (seconds since 1970; 0 = at once)

`batch_moves.mark_sending` asks in the transaction that an order is marked in, and raises Paused; an order that is marked
already, and waits for its place, is asked for right before it leaves. So anyone who works on the campaign, on whatever
machine, sends nothing new from the moment on at which the wish is committed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from campaign_runner.ledger import actors, events
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.schema import batches, campaigns
from campaign_runner.model.contact import without_contacts
from campaign_runner.model.lifecycle import BatchState

HALTED, RESUMED, SCHEDULED = "campaign halted", "campaign resumed", "campaign scheduled"

# Of an order that was marked as sending when the campaign was halted, and waited for its place in the pace.
HELD_BACK = "The campaign was halted or scheduled before this order was sent."


class Paused(Exception):
    """Nothing new of this campaign leaves now, or the order was withdrawn."""


class Pause(NamedTuple):
    """Since when it is halted ("" = it is not), by whom and why; and before when nothing leaves (seconds since 1970)."""

    halted_at: str = ""
    by: str = ""
    reason: str = ""
    send_after: float = 0.0

    def holds(self, now: float) -> bool:
        """Whether nothing new may leave at this moment (seconds since 1970)."""
        return bool(self.halted_at) or self.send_after > now

    def sentence(self, now: float, campaign_id: str) -> str:
        """Why nothing new leaves, and what to do; "" where it may."""
        if self.halted_at:
            who = f" by {self.by}" if self.by else ""
            return (
                f'The campaign was halted on {day(datetime.fromisoformat(self.halted_at))}{who}: "{self.reason}". Nothing '
                f"new is sent until it is resumed: campaign-runner resume {campaign_id}"
            )
        if self.send_after > now:
            return (
                f"The campaign is scheduled for {day(datetime.fromtimestamp(self.send_after, UTC))}. No order is "
                "sent before that time; a run after that time, or a worker, sends it."
            )
        return ""


_COLUMNS = (campaigns.c.halted_at, campaigns.c.halted_by, campaigns.c.halted_why, campaigns.c.send_after)
_OF = Prepared(select(*_COLUMNS).where(campaigns.c.id == bindparam("campaign")))


def of(connection: Connection, campaign_key: int) -> Pause:
    """How a campaign stands."""
    return Pause._make(_OF(connection, {"campaign": campaign_key}).fetchone() or Pause())


def halt(connection: Connection, campaign_key: int, reason: str, at: str) -> None:
    """From now on nothing new leaves; a campaign that is halted already stays so, for the first reason."""
    if of(connection, campaign_key).halted_at:
        return
    actor, reason = actors.unpacked(connection.get_execution_options()["actor"]), without_contacts(reason)
    values = {"halted_at": at, "halted_by": actor.user if actor else "", "halted_why": reason}
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_key).values(**values))
    events.append(connection, campaign_key, at, HALTED, reason=reason)


def resume(connection: Connection, campaign_key: int, at: str) -> bool:
    """What was halted leaves again; False where nothing was."""
    if not of(connection, campaign_key).halted_at:
        return False
    nothing = {"halted_at": "", "halted_by": "", "halted_why": ""}
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_key).values(**nothing))
    mine = (batches.c.campaign == campaign_key, batches.c.state == BatchState.PLANNED, batches.c.note == HELD_BACK)
    connection.execute(update(batches).where(*mine).values(due_at=0, note=""))
    events.append(connection, campaign_key, at, RESUMED)
    return True


def schedule(connection: Connection, campaign_key: int, moment: float, at: str, zone: str = "") -> None:
    """The first order leaves then, not before; `zone` is the one in which somebody said it, for people."""
    values = {"send_after": moment, "send_zone": zone}
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_key).values(**values))
    named = {"zone": zone} if zone else {}
    events.append(connection, campaign_key, at, SCHEDULED, send_after=instant(moment), **named)


def instant(moment: float) -> str:
    """Seconds since 1970 in ISO 8601, "" for none."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment else ""


def day(moment: datetime) -> str:
    """`27 Nov 2026, 09:00 UTC`."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
