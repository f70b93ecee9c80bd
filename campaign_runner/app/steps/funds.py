"""Can the account pay for this plan?  Asked of Tango before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from campaign_runner.app.notices.outcomes import note_funds
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.connect_tango import account_name
from campaign_runner.ledger import Ledger, order_sums
from campaign_runner.model import LineItem, Outcome, Receipt
from campaign_runner.model.errors import RefusedBeforeSending
from campaign_runner.model.marketplace import Account, ExchangeRates
from campaign_runner.model.wording import cash
from campaign_runner.planning import Plan
from campaign_runner.preflight import clock_jumps, funds_check
from campaign_runner.preflight.funds_check import FundsCheck

if TYPE_CHECKING:
    import pandas as pd
from campaign_runner.app.steps.ask_tango import ask_tango, reason

# How old the account's balance may be where it is only shown: fifty files that come at once ask for it once, not at one
# request a second. Whatever is sent asks for it again.
RECENT = timedelta(seconds=15)
PART = ", or send what fits with --partial-by-funds"


def affordable(
    runtime: Runtime, ledger: Ledger, campaign_key: int, plan: Plan, *, partial: bool
) -> tuple[Plan, Plan | None, list[str]]:
    """What of a plan the account can pay for, what has to wait (with `partial`), and what to show.

    Raises RefusedBeforeSending where the account may not be charged, or is short and nothing was said of `partial`.
    """
    check = check_funds(runtime, ledger, campaign_key, plan.new)
    if check.reasons or (check.short and not partial):
        raise _refused(check, PART)
    if check.fits is None:
        return plan, None, list(check.notes)
    now, later = (replace(plan, new=plan.new[mask].reset_index(drop=True), canary=0)
                  for mask in (check.fits, ~check.fits))  # fmt: skip
    if now.new.empty:
        raise RefusedBeforeSending(f"{_short(check, PART)}\nNot even the first row can be paid. Nothing was sent.")
    worth = " and ".join(cash(amount, currency) for currency, amount in later.totals().items())
    waits = "1 row waits" if len(later.new) == 1 else f"{len(later.new):,} rows wait"
    rest = f"{waits} for money, unsent ({worth}): recharge the account and run the same command again."
    return now, later, [*check.notes, check.short, rest]


def payable_again(runtime: Runtime, ledger: Ledger, campaign_key: int, lines: Sequence[LineItem]) -> None:
    """Can the account pay for these lines, too?  Raises RefusedBeforeSending where it cannot."""
    import pandas as pd

    columns = ["row", "quantity", "face_units", "currency"]
    values = [[getattr(line, name) for name in columns] for line in lines]
    check = check_funds(runtime, ledger, campaign_key, pd.DataFrame(values, columns=columns))
    if check.reasons or check.short:
        raise _refused(check)


def _refused(check: FundsCheck, also: str = "") -> RefusedBeforeSending:
    return RefusedBeforeSending(
        "\n".join([*check.reasons, *filter(None, [_short(check, also)]), "Nothing was sent."])
    )


def _short(check: FundsCheck, also: str = "") -> str:
    return f"{check.short} {check.remedy}{also}." if check.short else ""


def funds_notes(runtime: Runtime, ledger: Ledger, campaign_key: int, plan: Plan) -> list[str]:
    """What a run would say of account and funds, as notes."""
    check = check_funds(runtime, ledger, campaign_key, plan.new, RECENT)
    return [f"A run would be refused: {why}" for why in (*check.reasons, _short(check, PART)) if why] + list(
        check.notes
    )


def check_funds(
    runtime: Runtime, ledger: Ledger, campaign_key: int, lines: pd.DataFrame, recent: timedelta = timedelta(0)
) -> FundsCheck:
    """Whether the account may be charged, and what it can pay of these lines (`Plan.new`); an answer of Tango that is
    as `recent` serves."""
    wanted = runtime.settings.preflight.funds
    if wanted == "off" or lines.empty:
        return FundsCheck()
    receipt, account = _account(runtime, ledger, campaign_key, recent)
    if account is None:
        return _unheard(runtime, receipt)
    clocks = tuple(clock_jumps.against_tango(runtime.clock.now(), receipt.server_time))
    if reasons := funds_check.standing(account, runtime.settings.tango.customer):
        return FundsCheck(reasons=tuple(reasons))
    if account.balance is None:
        return _without(wanted, "Tango does not state the account's balance")
    with ledger.read() as connection:
        unpaid = order_sums.unpaid(connection, runtime.settings.tango.environment, account.identifier, campaign_key)
    foreign = {*lines["currency"].astype(str).unique(), *unpaid} - {account.currency}
    rates = ask_tango(runtime, ledger, campaign_key, lambda client: client.exchange_rates())[1] if foreign else None
    check = funds_check.weigh(account, lines, unpaid, rates or ExchangeRates(), required=wanted == "require")
    if check.short:
        note_funds(runtime, ledger, campaign_key, check.short)
    return replace(check, notes=(*clocks, *check.notes))


def _account(
    runtime: Runtime, ledger: Ledger, campaign_key: int, recent: timedelta
) -> tuple[Receipt, Account | None]:
    name = f"account {account_name(runtime)} {runtime.settings.tango.account}"
    now, known = runtime.clock.now(), runtime.answers.get(name)
    if known and timedelta(0) <= now - known[0] < recent:
        answer: tuple[Receipt, Account | None] = known[1]
        return answer
    receipt, account = ask_tango(runtime, ledger, campaign_key, lambda client: client.account())
    if account is not None:
        runtime.answers[name] = (now, (receipt, account))
    return receipt, account


def _unheard(runtime: Runtime, receipt: Receipt) -> FundsCheck:
    account, wanted = runtime.settings.tango.account, runtime.settings.preflight.funds
    if receipt.outcome is Outcome.STOP_CONFIGURATION and receipt.code.startswith("404."):
        return FundsCheck(reasons=(f"Tango knows no account {account}. Correct [tango] account in campaign.toml.",))
    return _without(wanted, f"The account {account} could not be looked up: {reason(receipt)}")


def _without(wanted: str, why: str) -> FundsCheck:
    if wanted == "require":
        return FundsCheck(reasons=(f'{why} Run again later, or set funds = "auto" in [preflight] of campaign.toml.',))
    return FundsCheck(notes=(f"{why} The balance was not checked.",))
