"""How does every campaign stand at this moment?  Plain values for `status`, from the ledger alone.

It is asked often and must not keep anybody waiting: it needs no settings, no rule book, no table of cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner.app.steps import newest
from campaign_runner.ledger import campaigns, claims, events, pauses, row_status
from campaign_runner.ledger.opening import look_into
from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Milestone:
    """When something happened to a campaign, and what."""

    at: str
    text: str


@dataclass(frozen=True)
class CampaignStatus:
    """A campaign: its rows (with their `total`) and line items by status, its money by currency as decimal texts, its
    batches by state, and why its ledger is `older` than what was sent ("" = it is not); whether nothing new leaves
    (`halted` at, by, reason; not before `send_after`; `paused` is the sentence), and who is working on it."""

    campaign: str
    environment: str
    account: str
    created_at: str
    rows: Mapping[str, int]
    lines: Mapping[str, int]
    amounts: Mapping[str, str]
    batches: Mapping[str, int]
    events: tuple[Milestone, ...]
    older: str
    halted: Mapping[str, str] | None
    send_after: str
    held_by: str
    paused: str


def campaign_status(state: Path, url: str = "", campaign_id: str = "") -> list[CampaignStatus]:
    """Every campaign of a ledger (or one) with its rows and line items by status, their money and its events."""
    with look_into(state, url) as ledger, ledger.read() as connection:
        rows = [row for row in campaigns.listing(connection) if campaign_id in ("", row["campaign_id"])]
        if campaign_id and not rows:
            raise UsageError(
                f'There is no campaign "{campaign_id}" in this ledger. Check the name and --state. '
                f"The state folder is {state}."
            )
        return [
            _standing(connection, row, newest.older(ledger, f"{row['environment']}-{row['campaign_id']}"))
            for row in rows
        ]


def _standing(connection: Connection, campaign: Mapping[str, Any], older: str) -> CampaignStatus:
    tally = row_status.campaign_tally(connection, campaign["id"])
    lines: dict[str, int] = {}
    amounts: dict[str, Decimal] = {}
    for status, currency, number, units in tally:
        lines[status] = lines.get(status, 0) + number
        amounts[currency] = amounts.get(currency, Decimal(0)) + from_units(units)
    return CampaignStatus(
        campaign["campaign_id"], campaign["environment"], campaign["account"], campaign["created_at"],
        rows=_rows(connection, campaign["id"], lines), lines={str(s): lines[s] for s in RowStatus if s in lines},
        amounts={currency: text(amount) for currency, amount in sorted(amounts.items())},
        batches=row_status.batch_counts(connection, campaign["id"]), older=older,
        events=tuple(Milestone(event["at"], _event(event)) for event in events.milestones(connection, campaign["id"])),
        **_pause(connection, campaign),
    )  # fmt: skip


def _pause(connection: Connection, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """Whether nothing new leaves, why, and before when nothing does; and who is working on it."""
    pause = pauses.of(connection, campaign["id"])
    holder = claims.holder_of(connection, f"{campaign['environment']}-{campaign['campaign_id']}")
    halted = {"at": pause.halted_at, "by": pause.by, "reason": pause.reason} if pause.halted_at else None
    return {
        "halted": halted, "send_after": pauses.instant(pause.send_after),
        "held_by": f"{holder.holder} since {holder.since}" if holder else "",
        "paused": pause.sentence(datetime.now(UTC).timestamp(), campaign["campaign_id"]),
    }  # fmt: skip


def _rows(connection: Connection, campaign_key: int, lines: Mapping[str, int]) -> dict[str, int]:
    """Rows by status: the campaign's lines, and the rows of the newest file that have none (rejected, held, dropped)."""
    newest_file = campaigns.latest_upload(connection, campaign_key)
    others = row_status.without_line(connection, newest_file.id) if newest_file else {}
    counts = {str(status): lines.get(status, 0) + others.get(status, 0) for status in RowStatus}
    return {"total": sum(counts.values()), **{status: number for status, number in counts.items() if number}}


def _event(event: Mapping[str, Any]) -> str:
    data = ", ".join(f"{key} {value}" for key, value in event["data"].items() if not isinstance(value, dict | list))
    return f"{event['kind']}: {data}" + (f" [{event['actor']}]" if event["actor"] else "")
