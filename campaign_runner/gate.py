"""What must Tango be asked before anything is sent?  Its catalogue (kept for half a day), the account, the rates.

What cannot be had is a note where the settings say `auto`, and a reason to refuse where they say `require`. Nothing
here places anything; every call is paced and recorded like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from campaign_runner import settings
from campaign_runner.errors import CampaignRunnerError, RefusedBeforeSending
from campaign_runner.ledger import Ledger, commitments, open_ledger
from campaign_runner.model import Outcome, Receipt
from campaign_runner.outside import World, connect
from campaign_runner.preflight import Kept, Means, Shop, funds, kept
from campaign_runner.preflight.catalogue import price
from campaign_runner.preparation import Knowledge
from campaign_runner.tango import Client, ExchangeRates, Reward

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
TRIES = 2  # the main job tries longer; whoever waits for a preflight waits in vain where Tango is out of order
PATIENCE = 15.0


@dataclass(frozen=True)
class Stocked:
    """The catalogue to judge by (None: none can be had), with what is to be said about it."""

    shop: Shop | None = None
    notes: tuple[str, ...] = ()

    @property
    def knowledge(self) -> Knowledge:
        """As preparation wants it."""
        return Knowledge((self.shop.judge,), self.shop.currencies, self.shop.names) if self.shop else Knowledge()

    def version(self, utids: Iterable[str]) -> str:
        """Names what the catalogue says of these rewards; "" without one."""
        return self.shop.version(utids) if self.shop else ""


def stocked(world: World, ledger: Ledger | None = None, campaign: int = 0) -> Stocked:
    """The catalogue as the settings want it. Without a `ledger` Tango is not asked: what is kept will do.

    Raises RefusedBeforeSending where it is required and cannot be had.
    """
    wanted, now = world.settings.preflight.catalogue, world.clock.now()
    if wanted == "off":
        return Stocked()
    file, source = kept.path(world.state, world.settings.tango.environment), world.settings.base_url
    found = kept.load(file, source)
    if found and (ledger is None or (found.is_fresh(now) and not world.refresh)):
        return Stocked(Shop(found.catalogue), () if found.is_fresh(now) else (_OLD.format(_day(found)),))
    if ledger is None:
        return Stocked()
    receipt, catalogue = ask(world, ledger, campaign, lambda client: client.catalogue())
    if catalogue is not None:
        kept.save(file, source, Kept(catalogue, now))
        return Stocked(Shop(catalogue))
    why = _why(receipt)
    if wanted == "require":
        raise RefusedBeforeSending(f"{_WANTED.format(why)} Nothing was sent. {_REQUIRED}")
    if found:
        return Stocked(Shop(found.catalogue), (f"{_WANTED.format(why)} {_OLD.format(_day(found))}",))
    return Stocked(None, (f"{_WANTED.format(why)} Rewards, amounts and methods were not held against it.",))


def rewards(world: World, words: str = "") -> list[dict[str, str]]:
    """The rewards in which all words are found, for people; raises RefusedBeforeSending without a catalogue."""
    forced = world.settings.preflight.model_copy(update={"catalogue": "require"})
    world = replace(world, settings=world.settings.model_copy(update={"preflight": forced}))
    with open_ledger(world.state, world.ledger_url) as ledger:
        shop = stocked(world, ledger).shop
    return [_shown(reward) for reward in shop.search(words)] if shop else []


def _shown(reward: Reward) -> dict[str, str]:
    return {
        "Reward": reward.name, "UTID": reward.utid, "Amount": price(reward), "Countries": ", ".join(reward.countries),
        "Methods": ", ".join(reward.methods), "Now": "active" if reward.active else "not available",
    }  # fmt: skip


def means(world: World, ledger: Ledger, campaign: int, lines: pd.DataFrame) -> Means:
    """Whether the account may be charged, and what it can pay of these lines (`Plan.new`)."""
    wanted = world.settings.preflight.funds
    if wanted == "off" or lines.empty:
        return Means()
    receipt, account = ask(world, ledger, campaign, lambda client: client.account())
    if account is None:
        return _unheard(world, receipt)
    if reasons := funds.standing(account, world.settings.tango.customer):
        return Means(reasons=tuple(reasons))
    if account.balance is None:
        return _without(wanted, "Tango does not state the account's balance")
    with ledger.read() as connection:
        unpaid = commitments.unpaid(connection, world.settings.tango.environment, account.identifier, campaign)
    foreign = {*lines["currency"].astype(str).unique(), *unpaid} - {account.currency}
    rates = ask(world, ledger, campaign, lambda client: client.exchange_rates())[1] if foreign else None
    return funds.weigh(account, lines, unpaid, rates or ExchangeRates(), required=wanted == "require")


def _unheard(world: World, receipt: Receipt) -> Means:
    account, wanted = world.settings.tango.account, world.settings.preflight.funds
    if receipt.outcome is Outcome.STOP_CONFIGURATION and receipt.code.startswith("404."):
        return Means(reasons=(f"Tango knows no account {account}. Correct [tango] account in campaign.toml.",))
    return _without(wanted, f"The account {account} could not be asked for: {_why(receipt)}")


def _without(wanted: str, why: str) -> Means:
    if wanted == "require":
        return Means(reasons=(f'{why} Run again later, or set funds = "auto" in [preflight] of campaign.toml.',))
    return Means(notes=(f"{why} Whether the money is enough was not looked at.",))


def _why(receipt: Receipt) -> str:
    return receipt.message or f"HTTP {receipt.http_status}."


def ask(
    world: World, ledger: Ledger, campaign: int, question: Callable[[Client], tuple[Receipt, T | None]]
) -> tuple[Receipt, T | None]:
    """Tango's answer, or None with a receipt that says why."""
    try:
        with _line(world, ledger, campaign) as client:
            return question(client)
    except CampaignRunnerError as error:
        return Receipt(Outcome.UNKNOWN, message=str(error)), None


@contextmanager
def _line(world: World, ledger: Ledger, campaign: int) -> Iterator[Client]:
    """A client with less patience than that of the main job."""
    tango = world.settings.tango
    short = tango.model_copy(
        update={"max_tries": min(TRIES, tango.max_tries), "timeout_seconds": min(PATIENCE, tango.timeout_seconds)}
    )
    known = world.credentials if world.credentials.kind else settings.credentials(world.settings, {})
    eager = replace(world, settings=world.settings.model_copy(update={"tango": short}), credentials=known)
    with connect(eager, ledger, campaign) as client:
        yield client


def _day(found: Kept) -> str:
    return found.at.strftime("%Y-%m-%d")


_WANTED = "Tango's catalogue could not be had: {}"
_OLD = "Rewards were held against the catalogue of {}; --refresh asks for today's."
_REQUIRED = 'Run again later, or set catalogue = "auto" in [preflight] of campaign.toml.'
