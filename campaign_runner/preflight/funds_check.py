"""Can the account pay for this plan?  Its status and balance against the plan and what is promised already.

Face values only: fees and shipping are known when Tango charges them. Across currencies Tango's indicative rates make
an estimate of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from campaign_runner.model.marketplace import Account, ExchangeRates
from campaign_runner.model.money import UNITS
from campaign_runner.model.wording import cash

_CENT = Decimal("0.01")
_NOT_WEIGHED = "The balance was not checked."


@dataclass(frozen=True)
class FundsCheck:
    """`reasons` forbid sending anything at all, `notes` are to be told. `short` is the sentence on what is missing
    ("" = enough) and `remedy` what to do about it, without its end; then `fits` says of each line, in the order
    given, whether the money reaches as far as it."""

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    short: str = ""
    remedy: str = ""
    fits: np.ndarray[Any, Any] | None = None


def weigh(
    account: Account, lines: pd.DataFrame, unpaid: Mapping[str, int], rates: ExchangeRates, *, required: bool
) -> FundsCheck:
    """The account's balance against new lines (`Plan.new`) and what is promised already (units per currency)."""
    assert account.balance is not None
    cost, unknown = costs(lines, account.currency, rates)
    if unknown:
        reason = f"Tango states no rate from {' and '.join(unknown)} to {account.currency}, the account's currency."
        return FundsCheck(reasons=(reason,)) if required else FundsCheck(notes=(f"{reason} {_NOT_WEIGHED}",))
    owed = promised(unpaid, account.currency, rates)
    estimate = bool({*lines["currency"].astype(str).unique(), *unpaid} - {account.currency})
    needed = Decimal(int(cost.sum())) / UNITS
    short, remedy = shortfall(account, needed, owed, estimate=estimate)
    if not short:
        return FundsCheck()
    return FundsCheck(short=short, remedy=remedy, fits=fitting(lines, cost, account.balance - owed))


def standing(account: Account, customer: str) -> list[str]:
    """Why nothing may be charged to this account, whatever the plan."""
    reasons = []
    if account.customer and account.customer != customer:
        reasons.append(
            f"The account {account.identifier} belongs to the customer {account.customer}, not to {customer}. Correct "
            "[tango] customer or account in campaign.toml."
        )
    if account.status and not account.active:
        reasons.append(
            f"The account {account.identifier} is {account.status}: Tango charges active accounts only. Contact Tango, or "
            "choose another account in campaign.toml."
        )
    return reasons


def costs(lines: pd.DataFrame, currency: str, rates: ExchangeRates) -> tuple[np.ndarray[Any, Any], list[str]]:
    """What each line takes of an account in `currency` (ten-thousandths; -1 without a rate), and the currencies that
    have no rate."""
    units = lines["quantity"].to_numpy(np.int64) * lines["face_units"].to_numpy(np.int64)
    codes, names = pd.factorize(lines["currency"].astype(str))
    unknown = []
    for number, name in enumerate(names):
        rate = rates.convert(Decimal(1), str(name), currency)
        if rate is None:
            unknown.append(str(name))
        if rate != 1:
            these = codes == number
            units[these] = -1 if rate is None else np.ceil(units[these] * float(rate)).astype(np.int64)
    return units, unknown


def promised(unpaid: Mapping[str, int], currency: str, rates: ExchangeRates) -> Decimal:
    """What this ledger has promised already, in the account's currency; what has no rate is left out."""
    parts = (rates.convert(Decimal(units) / UNITS, each, currency) for each, units in unpaid.items())
    return sum((part for part in parts if part is not None), Decimal(0))


def shortfall(account: Account, needed: Decimal, owed: Decimal, *, estimate: bool) -> tuple[str, str]:
    """The sentence that says what is missing, and what to do; "" where the balance is enough."""
    assert account.balance is not None
    short = needed + owed - account.balance
    if short <= 0 or not needed:
        return "", ""
    has, needs, owes, lacks = (cash(amount.quantize(_CENT, ROUND_UP), account.currency)
                               for amount in (account.balance, needed, owed, short))  # fmt: skip
    about = " by Tango's rates of today, which are an estimate" if estimate else ""
    before = f" and {owes} is already needed for orders that this ledger has not sent yet" if owed else ""
    sentence = (
        f"The account {account.identifier} has {has}, but this plan needs {needs}{about}{before}: {lacks} is missing."
    )
    return sentence, f"Recharge it with at least {lacks}"


def fitting(lines: pd.DataFrame, cost: np.ndarray[Any, Any], free: Decimal) -> np.ndarray[Any, Any]:
    """Which lines the free money pays for: in file order up to the first that it does not, so that nobody is passed
    over."""
    order = np.argsort(lines["row"].to_numpy(), kind="stable")
    paid = np.cumsum(cost[order]) <= int(free * UNITS)
    answer = np.zeros(len(lines), bool)
    answer[order] = paid
    return answer
