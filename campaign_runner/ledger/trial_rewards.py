"""Which plans did somebody try out with a reward to themselves?  Each once; its order is written down before it leaves."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from campaign_runner.ledger import events
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.submission_tables import trial_rewards
from campaign_runner.model.money import from_units, text

WANTED, SENDING, SENT, REFUSED = "wanted", "sending", "sent", "refused"


class TrialReward(NamedTuple):
    """One of them; `body` is what was asked for, then the exact bytes to send, then empty."""

    reference: str
    campaign: int
    plan: str
    at: str
    state: str
    units: int
    currency: str
    note: str = ""
    body: bytes = b""


def want(connection: Connection, reward: TrialReward) -> None:
    """Write one down before it is sent; the log has it, without who gets it."""
    connection.execute(trial_rewards.insert().values(**{**reward._asdict(), "body": pack(reward.body)}))
    amount = text(from_units(reward.units))
    events.append(connection, reward.campaign, reward.at, "test reward wanted", plan=reward.plan,
                  reference=reward.reference, amount=amount, currency=reward.currency)  # fmt: skip


def write_down(connection: Connection, reference: str, body: bytes) -> None:
    """Its exact bytes, before the first of them leaves."""
    mine = trial_rewards.c.reference == reference
    connection.execute(update(trial_rewards).where(mine).values(state=SENDING, body=pack(body)))


def find(connection: Connection, reference: str) -> TrialReward | None:
    """The one of this reference."""
    row = connection.execute(select(trial_rewards).where(trial_rewards.c.reference == reference)).one_or_none()
    return TrialReward(**{**row._mapping, "body": unpack(row.body)}) if row else None


def settle(connection: Connection, reward: TrialReward, state: str, note: str, at: str) -> None:
    """What came of it; its bytes, with the address, go."""
    mine = trial_rewards.c.reference == reward.reference
    connection.execute(update(trial_rewards).where(mine).values(state=state, note=note, body=pack(b"")))
    events.append(connection, reward.campaign, at, f"test reward {state}", reference=reward.reference)
