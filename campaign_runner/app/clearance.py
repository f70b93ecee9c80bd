"""What must Tango be asked before anything is sent?  Its catalogue (kept for half a day), the account, the rates.

What cannot be had is a note where the settings say `auto`, and a reason to refuse where they say `require`. Nothing
here places anything; every call is paced and recorded like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from campaign_runner import settings
from campaign_runner.app.preparation import CatalogueContext, PlanDraft
from campaign_runner.app.runtime import Runtime, connect_tango
from campaign_runner.ledger import Ledger, commitments, events, open_ledger, reward_history
from campaign_runner.model import LineItem, Outcome, Receipt
from campaign_runner.model.errors import CampaignRunnerError, RefusedBeforeSending
from campaign_runner.model.money import text
from campaign_runner.planning import Plan
from campaign_runner.planning.line_builder import halves
from campaign_runner.planning.plan import totals
from campaign_runner.preflight import (
    CachedCatalogue,
    CatalogueIndex,
    FundsCheck,
    catalogue_cache,
    clock,
    control_totals,
    funds,
)
from campaign_runner.preflight import unusual as strange
from campaign_runner.preflight.catalogue_check import price
from campaign_runner.preflight.similar_people import weekends, witnessed
from campaign_runner.tango import Client, ExchangeRates, Reward

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
TRIES = 2  # the main job tries longer; whoever waits for a preflight waits in vain where Tango is out of order
PATIENCE = 15.0
PART = ", or send what fits with --partial-by-funds"
LOOK_BACK = 400  # days of a person's rewards that tell what is usual


@dataclass(frozen=True)
class CatalogueSnapshot:
    """The catalogue to judge by (None: none can be had), with what is to be said about it."""

    shop: CatalogueIndex | None = None
    notes: tuple[str, ...] = ()

    @property
    def knowledge(self) -> CatalogueContext:
        """As preparation wants it."""
        if self.shop is None:
            return CatalogueContext((weekends,), remember=witnessed)
        return CatalogueContext((self.shop.judge, weekends), self.shop.currencies, self.shop.names, witnessed)

    @property
    def titles(self) -> dict[str, str]:
        """The rewards' names, by utid."""
        return {utid: reward.name for utid, reward in self.shop.rewards.items()} if self.shop else {}

    def version(self, utids: Iterable[str]) -> str:
        """Names what the catalogue says of these rewards; "" without one."""
        return self.shop.version(utids) if self.shop else ""


def catalogue_snapshot(runtime: Runtime, ledger: Ledger | None = None, campaign_key: int = 0) -> CatalogueSnapshot:
    """The catalogue as the settings want it. Without a `ledger` Tango is not asked: what is kept will do.

    Raises RefusedBeforeSending where it is required and cannot be had.
    """
    wanted, now = runtime.settings.preflight.catalogue, runtime.clock.now()
    if wanted == "off":
        return CatalogueSnapshot()
    file, source = catalogue_cache.path(runtime.state, runtime.settings.tango.environment), runtime.settings.base_url
    found = catalogue_cache.load(file, source)
    if found and (ledger is None or (found.is_fresh(now) and not runtime.refresh)):
        return CatalogueSnapshot(
            CatalogueIndex(found.catalogue), () if found.is_fresh(now) else (_OLD.format(_day(found)),)
        )
    if ledger is None:
        return CatalogueSnapshot()
    receipt, catalogue = ask(runtime, ledger, campaign_key, lambda client: client.catalogue())
    if catalogue is not None:
        catalogue_cache.save(file, source, CachedCatalogue(catalogue, now))
        return CatalogueSnapshot(CatalogueIndex(catalogue))
    why = _why(receipt)
    if wanted == "require":
        raise RefusedBeforeSending(f"{_WANTED.format(why)} Nothing was sent. {_REQUIRED}")
    if found:
        return CatalogueSnapshot(
            CatalogueIndex(found.catalogue), (f"{_WANTED.format(why)} {_OLD.format(_day(found))}",)
        )
    return CatalogueSnapshot(None, (f"{_WANTED.format(why)} Rewards, amounts and methods were not held against it.",))


def _shop(runtime: Runtime) -> CatalogueIndex | None:
    forced = runtime.settings.preflight.model_copy(update={"catalogue": "require"})
    runtime = replace(runtime, settings=runtime.settings.model_copy(update={"preflight": forced}))
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        return catalogue_snapshot(runtime, ledger).shop


def rewards(runtime: Runtime, words: str = "") -> list[dict[str, str]]:
    """The rewards in which all words are found, for people; raises RefusedBeforeSending without a catalogue."""
    shop = _shop(runtime)
    return [_shown(reward) for reward in shop.search(words)] if shop else []


def names_of_rewards(runtime: Runtime) -> list[str]:
    """The names by which a file can call a reward; raises RefusedBeforeSending without a catalogue."""
    shop = _shop(runtime)
    return sorted(shop.rewards[utid].name for utid in shop.names.values()) if shop else []


def _shown(reward: Reward) -> dict[str, str]:
    return {
        "Reward": reward.name, "UTID": reward.utid, "Amount": price(reward), "Countries": ", ".join(reward.countries),
        "Methods": ", ".join(reward.methods), "Now": "active" if reward.active else "not available",
    }  # fmt: skip


def affordable(
    runtime: Runtime, ledger: Ledger, campaign_key: int, plan: Plan, *, partial: bool
) -> tuple[Plan, Plan | None, list[str]]:
    """What of a plan the account can pay for, what has to wait (with `partial`), and what is to be told.

    Raises RefusedBeforeSending where the account may not be charged, or is short and nothing was said of `partial`.
    """
    found = means(runtime, ledger, campaign_key, plan.new)
    if found.reasons or (found.short and not partial):
        raise _refused(found, PART)
    if found.fits is None:
        return plan, None, list(found.notes)
    now, later = (replace(plan, new=plan.new[mask].reset_index(drop=True), canary=0)
                  for mask in (found.fits, ~found.fits))  # fmt: skip
    if now.new.empty:
        raise RefusedBeforeSending(f"{_short(found, PART)}\nNot even the first row can be paid. Nothing was sent.")
    worth = " and ".join(f"{text(amount)} {currency}" for currency, amount in later.totals().items())
    waits = "1 row waits" if len(later.new) == 1 else f"{len(later.new):,} rows wait"
    rest = f"{waits} for money, unsent ({worth}): recharge the account and run the same command again."
    return now, later, [*found.notes, found.short, rest]


def payable_again(runtime: Runtime, ledger: Ledger, campaign_key: int, lines: Sequence[LineItem]) -> None:
    """Can the account pay for these lines, too?  Raises RefusedBeforeSending where it cannot."""
    import pandas as pd

    columns = ["row", "quantity", "face_units", "currency"]
    found = means(runtime, ledger, campaign_key, pd.DataFrame([[getattr(line, name) for name in columns] for line in lines],
                                                        columns=columns))  # fmt: skip
    if found.reasons or found.short:
        raise _refused(found)


def _refused(found: FundsCheck, also: str = "") -> RefusedBeforeSending:
    return RefusedBeforeSending(
        "\n".join([*found.reasons, *filter(None, [_short(found, also)]), "Nothing was sent."])
    )


def _short(found: FundsCheck, also: str = "") -> str:
    return f"{found.short} {found.remedy}{also}." if found.short else ""


def foreseen(runtime: Runtime, ledger: Ledger, campaign_key: int, plan: Plan) -> list[str]:
    """What a run would say of account and funds, as notes."""
    found = means(runtime, ledger, campaign_key, plan.new)
    return [f"A run would be refused: {why}" for why in (*found.reasons, _short(found, PART)) if why] + list(
        found.notes
    )


def against_its_total(draft: PlanDraft) -> list[str]:
    """The reason against a file whose own totals row says another total than its rows."""
    table, plan = draft.table, draft.plan
    if table.declared is None or table.mismatches:
        return list(table.mismatches)
    valid = plan.file[~plan.file["row"].isin(plan.late)] if len(plan.file) else plan.file
    said = control_totals.mismatch(table.declared, valid, (entry.units for entry in draft.rejected))
    return [said] if said else []


def unusual(runtime: Runtime, ledger: Ledger, campaign_key: int, draft: PlanDraft, *, ask: bool) -> list[str]:
    """What is unusual about a plan, in sentences; with `ask`, raises RefusedBeforeSending where it may not be sent."""
    wanted = runtime.settings.preflight
    if wanted.unusual == "off":
        return []
    found = list(_unusual(runtime, ledger, campaign_key, draft))
    if not ask:
        return [str(one) for one in found if one.name not in wanted.accept]
    return strange.refuse(found, ask=wanted.unusual == "ask", accepted=wanted.accept, errors=wanted.refuse)


def fetched_for_names(runtime: Runtime) -> CatalogueSnapshot:
    """The catalogue for a file that calls rewards by name, where none is kept here; without one, with a note."""
    wanted = runtime.settings.preflight
    if wanted.catalogue == "off":
        return CatalogueSnapshot()
    eager = replace(runtime, settings=runtime.settings.model_copy(
        update={"preflight": wanted.model_copy(update={"catalogue": "auto"})}))  # fmt: skip
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        shop = catalogue_snapshot(eager, ledger)
    return shop if shop.shop else replace(shop, notes=(*shop.notes, _NAMES))


_NAMES = (
    "The file may call rewards by their names, and Tango's catalogue is not known here: such rows are told as wrong. "
    "Once the catalogue can be fetched, the same check reads the names: campaign-runner check FILE --refresh"
)


def unusual_in_itself(runtime: Runtime, draft: PlanDraft) -> list[str]:
    """What is unusual about a file, without what the ledger knows of people and campaigns."""
    wanted, plan = runtime.settings.preflight, draft.plan
    if wanted.unusual == "off":
        return []
    found = list(strange.at_cells(draft.tally.warned))
    if not plan.new.empty:
        found += strange.amounts(plan.new, plan.file, past_frame([]))
        found += strange.two_addresses(draft.remembered(), plan.file, keyed=bool(runtime.settings.identity.key))
    return [str(one) for one in found if one.name not in wanted.accept]


def _unusual(runtime: Runtime, ledger: Ledger, campaign_key: int, draft: PlanDraft) -> Iterator[strange.Warned]:
    environment, account = runtime.settings.tango.environment, runtime.settings.tango.account
    now, plan = runtime.clock.now(), draft.plan
    yield from strange.at_cells(draft.tally.warned)
    if plan.new.empty:
        return
    with ledger.read() as connection:
        before = past_frame(
            reward_history.given(connection, environment, (now - timedelta(days=LOOK_BACK)).isoformat())
        )
        last, sent = reward_history.last_campaign(connection, environment, account, campaign_key)
        most = runtime.settings.limits.max_per_person_year
        year = past_frame(reward_history.given(connection, environment, f"{now.year}-01-01")) if most else before
    yield from strange.amounts(plan.new, plan.file, before)
    yield from strange.person_year(plan.new, year, most)
    yield from strange.two_addresses(draft.remembered(), plan.file, keyed=bool(runtime.settings.identity.key))
    if not runtime.settings.identity.several_per_recipient:
        yield from strange.several_rewards(plan.new)
    yield from strange.like_keys(plan.file)
    yield from strange.rewarded_elsewhere(plan.elsewhere)
    yield from strange.plan_twice(totals(plan.file), sent, last)


def past_frame(given: Sequence[reward_history.Given]) -> pd.DataFrame:
    """What people were sent, as `preflight.unusual` wants it."""
    import pandas as pd

    frame = pd.DataFrame(given, columns=list(reward_history.Given._fields))
    frame["person_hi"], frame["person_lo"] = halves([one.person for one in given])
    return frame.drop(columns="person")


def means(runtime: Runtime, ledger: Ledger, campaign_key: int, lines: pd.DataFrame) -> FundsCheck:
    """Whether the account may be charged, and what it can pay of these lines (`Plan.new`)."""
    wanted = runtime.settings.preflight.funds
    if wanted == "off" or lines.empty:
        return FundsCheck()
    receipt, account = ask(runtime, ledger, campaign_key, lambda client: client.account())
    if account is None:
        return _unheard(runtime, receipt)
    clocks = tuple(clock.against_tango(runtime.clock.now(), receipt.server_time))
    if reasons := funds.standing(account, runtime.settings.tango.customer):
        return FundsCheck(reasons=tuple(reasons))
    if account.balance is None:
        return _without(wanted, "Tango does not state the account's balance")
    with ledger.read() as connection:
        unpaid = commitments.unpaid(connection, runtime.settings.tango.environment, account.identifier, campaign_key)
    foreign = {*lines["currency"].astype(str).unique(), *unpaid} - {account.currency}
    rates = ask(runtime, ledger, campaign_key, lambda client: client.exchange_rates())[1] if foreign else None
    found = funds.weigh(account, lines, unpaid, rates or ExchangeRates(), required=wanted == "require")
    return replace(found, notes=(*clocks, *found.notes))


def clock_notes(runtime: Runtime, ledger: Ledger) -> list[str]:
    """Whether this machine's clock jumped since the ledger's newest event."""
    with ledger.read() as connection:
        return list(clock.against_ledger(runtime.clock.now(), events.newest_at(connection)))


def _unheard(runtime: Runtime, receipt: Receipt) -> FundsCheck:
    account, wanted = runtime.settings.tango.account, runtime.settings.preflight.funds
    if receipt.outcome is Outcome.STOP_CONFIGURATION and receipt.code.startswith("404."):
        return FundsCheck(reasons=(f"Tango knows no account {account}. Correct [tango] account in campaign.toml.",))
    return _without(wanted, f"The account {account} could not be asked for: {_why(receipt)}")


def _without(wanted: str, why: str) -> FundsCheck:
    if wanted == "require":
        return FundsCheck(reasons=(f'{why} Run again later, or set funds = "auto" in [preflight] of campaign.toml.',))
    return FundsCheck(notes=(f"{why} Whether the money is enough was not looked at.",))


def _why(receipt: Receipt) -> str:
    return receipt.message or f"HTTP {receipt.http_status}."


def ask(
    runtime: Runtime, ledger: Ledger, campaign_key: int, question: Callable[[Client], tuple[Receipt, T | None]]
) -> tuple[Receipt, T | None]:
    """Tango's answer, or None with a receipt that says why. Who could not be reached is not asked again."""
    if runtime.unreachable:
        return Receipt(Outcome.NOT_CONNECTED, message=runtime.unreachable[0]), None
    try:
        with _line(runtime, ledger, campaign_key) as client:
            receipt, answer = question(client)
        if receipt.outcome is Outcome.NOT_CONNECTED:
            runtime.unreachable.append(receipt.message)
        return receipt, answer
    except CampaignRunnerError as error:
        return Receipt(Outcome.UNKNOWN, message=str(error)), None


@contextmanager
def _line(runtime: Runtime, ledger: Ledger, campaign_key: int) -> Iterator[Client]:
    """A client with less patience than that of the main job."""
    tango = runtime.settings.tango
    short = tango.model_copy(
        update={"max_tries": min(TRIES, tango.max_tries), "timeout_seconds": min(PATIENCE, tango.timeout_seconds)}
    )
    known = runtime.credentials if runtime.credentials.kind else settings.credentials(runtime.settings, {})
    eager = replace(runtime, settings=runtime.settings.model_copy(update={"tango": short}), credentials=known)
    with connect_tango(eager, ledger, campaign_key) as client:
        yield client


def _day(found: CachedCatalogue) -> str:
    return found.at.strftime("%Y-%m-%d")


_WANTED = "Tango's catalogue could not be had: {}"
_OLD = "Rewards were held against the catalogue of {}; --refresh asks for today's."
_REQUIRED = 'Run again later, or set catalogue = "auto" in [preflight] of campaign.toml.'
