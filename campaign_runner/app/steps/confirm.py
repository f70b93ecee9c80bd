"""What is a person asked before real money leaves?  How much, to how many, from which account, where, what is unusual.

Only in production, and only where somebody sits at the terminal (`Runtime.confirm`): elsewhere a run goes on as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlsplit

import pandas as pd

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession
from campaign_runner.ledger import order_sums
from campaign_runner.model import LineItem
from campaign_runner.model.errors import RefusedBeforeSending
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units
from campaign_runner.model.wording import count, per_currency
from campaign_runner.planning.plan import totals

_NO = "You answered no, so nothing was sent. Run the same command again to send it; --yes answers yes."


def about_plan(runtime: Runtime, new: pd.DataFrame, orders: int, unusual: Sequence[str]) -> None:
    """Ask about lines that are planned (`Plan.new`); raises RefusedBeforeSending for a no."""
    if len(new):
        _ask(runtime, totals(new), _recipients(new), len(new), orders, unusual)


def about_lines(runtime: Runtime, lines: Sequence[LineItem]) -> None:
    """Ask about lines that are to be placed again."""
    amounts: dict[str, Decimal] = {}
    for line in lines:
        worth = from_units(line.quantity * line.face_units)
        amounts[line.currency] = amounts.get(line.currency, Decimal(0)) + worth
    people = {line.person for line in lines if line.person}
    if lines:
        _ask(runtime, amounts, len(people), len(lines), 0, ())


def about_the_rest(campaign: CampaignSession) -> None:
    """Ask about what an earlier run left unsent."""
    with campaign.ledger.read() as connection:
        sums = order_sums.by_status(connection, campaign=campaign.key)
    amounts: dict[str, Decimal] = {}
    lines = 0
    for status, currency, number, units in sums:
        if status == RowStatus.UNSENT:
            amounts[currency] = amounts.get(currency, Decimal(0)) + from_units(units)
            lines += number
    if lines:
        _ask(campaign.runtime, amounts, 0, lines, 0, ())


def _ask(
    runtime: Runtime, amounts: Mapping[str, Decimal], people: int, lines: int, orders: int, unusual: Sequence[str]
) -> None:
    tango = runtime.settings.tango
    if runtime.confirm is None or tango.environment != "production":
        return
    host = urlsplit(runtime.settings.base_url).netloc
    to = f"to {count(people, 'recipient')} " if people else ""
    rewards = f"{count(lines, 'line')} in {count(orders, 'order')}" if orders else count(lines, "line")
    if not runtime.confirm([
        f"Production: real rewards. Campaign {runtime.settings.campaign.id}, account {tango.account} at {host}.",
        *(f"Unusual: {sentence}" for sentence in unusual),
        f"Send {per_currency(amounts)} {to}({rewards})?",
    ]):  # fmt: skip
        raise RefusedBeforeSending(_NO)


def _recipients(new: pd.DataFrame) -> int:
    """How many different people the lines name; 0 where they name nobody."""
    named = new[(new["person_hi"] != 0) | (new["person_lo"] != 0)]
    return len(named.drop_duplicates(["person_hi", "person_lo"]))
