"""How does a campaign stand at this moment?  Plain values for `status`, from the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaign_runner.ledger import events, rows
from campaign_runner.lifecycle import RowStatus
from campaign_runner.money import from_units, text

if TYPE_CHECKING:
    from sqlalchemy import Connection


def standing(connection: Connection, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """How a campaign stands, in plain values: line items per status, face value per currency, events."""
    tally = rows.campaign_tally(connection, campaign["id"])
    lines: dict[str, int] = {}
    amounts: dict[str, Decimal] = {}
    for status, currency, number, units in tally:
        lines[status] = lines.get(status, 0) + number
        amounts[currency] = amounts.get(currency, Decimal(0)) + from_units(units)
    told = [{"at": event["at"], "text": _event(event)} for event in events.milestones(connection, campaign["id"])]
    return {
        "campaign": campaign["campaign_id"], "environment": campaign["environment"], "account": campaign["account"],
        "created_at": campaign["created_at"], "lines": {s: lines[s] for s in RowStatus if s in lines},
        "amounts": {currency: text(amount) for currency, amount in sorted(amounts.items())},
        "batches": rows.batch_counts(connection, campaign["id"]), "events": told,
    }  # fmt: skip


def _event(event: Mapping[str, Any]) -> str:
    data = ", ".join(f"{key} {value}" for key, value in event["data"].items() if not isinstance(value, dict))
    return f"{event['kind']}: {data}"
