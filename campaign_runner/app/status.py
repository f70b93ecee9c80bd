"""How does every campaign stand at this moment?  Plain values for `status`, from the ledger alone.

It is asked often and must not keep anybody waiting: it needs no settings, no rule book, no table of cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner.app import newest
from campaign_runner.ledger import campaigns, claims, events, pauses, row_status
from campaign_runner.ledger.read_only import look_into
from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text

if TYPE_CHECKING:
    from sqlalchemy import Connection


def campaign_status(state: Path, url: str = "", campaign: str = "") -> list[dict[str, Any]]:
    """Every campaign of a ledger (or one) with its rows and line items by status, their money and its events."""
    with look_into(state, url) as ledger, ledger.read() as connection:
        found = [row for row in campaigns.listing(connection) if campaign in ("", row["campaign_id"])]
        if campaign and not found:
            raise UsageError(
                f'There is no campaign "{campaign}" in this ledger. Check the name and --state. '
                f"The state folder is {state}."
            )
        standing = [{**_standing(connection, row), **_pause(connection, row)} for row in found]
        return [{**one, "older": newest.older(ledger, f"{one['environment']}-{one['campaign']}")} for one in standing]


def _standing(connection: Connection, campaign: Mapping[str, Any]) -> dict[str, Any]:
    tally = row_status.campaign_tally(connection, campaign["id"])
    lines: dict[str, int] = {}
    amounts: dict[str, Decimal] = {}
    for status, currency, number, units in tally:
        lines[status] = lines.get(status, 0) + number
        amounts[currency] = amounts.get(currency, Decimal(0)) + from_units(units)
    told = [{"at": event["at"], "text": _event(event)} for event in events.milestones(connection, campaign["id"])]
    return {
        "campaign": campaign["campaign_id"], "environment": campaign["environment"], "account": campaign["account"],
        "created_at": campaign["created_at"], "rows": _rows(connection, campaign["id"], lines),
        "lines": {s: lines[s] for s in RowStatus if s in lines},
        "amounts": {currency: text(amount) for currency, amount in sorted(amounts.items())},
        "batches": row_status.batch_counts(connection, campaign["id"]), "events": told,
    }  # fmt: skip


def _pause(connection: Connection, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """Whether nothing new leaves, why, and before when nothing does; and who is at work on it."""
    pause = pauses.of(connection, campaign["id"])
    holder = claims.holder_of(connection, f"{campaign['environment']}-{campaign['campaign_id']}")
    halted = {"at": pause.halted_at, "by": pause.by, "reason": pause.reason} if pause.halted_at else None
    after = datetime.fromtimestamp(pause.send_after, UTC).isoformat(timespec="seconds") if pause.send_after else ""
    return {
        "halted": halted, "send_after": after, "held_by": f"{holder.holder} since {holder.since}" if holder else "",
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
