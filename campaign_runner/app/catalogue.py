"""catalogue: what can be bought, and by which rewards is a file judged?  Tango's catalogue, kept for half a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from campaign_runner.app.runtime import Runtime
from campaign_runner.model.errors import RefusedBeforeSending
from campaign_runner.model.marketplace import Catalogue, Reward
from campaign_runner.planning.chunk_processor import CatalogueContext
from campaign_runner.preflight import catalogue_cache
from campaign_runner.preflight.catalogue_cache import CachedCatalogue
from campaign_runner.preflight.catalogue_check import CatalogueIndex
from campaign_runner.preflight.similar_people import weekends, witnessed

if TYPE_CHECKING:
    from campaign_runner.ledger import Ledger


@dataclass(frozen=True)
class CatalogueSnapshot:
    """The catalogue to judge by (None: none is available), with what to say about it."""

    index: CatalogueIndex | None = None
    notes: tuple[str, ...] = ()

    @property
    def context(self) -> CatalogueContext:
        """As planning wants it."""
        if self.index is None:
            return CatalogueContext((weekends,), remember=witnessed)
        return CatalogueContext((self.index.judge, weekends), self.index.currencies, self.index.names, witnessed)

    @property
    def titles(self) -> dict[str, str]:
        """The rewards' names, by utid."""
        return {utid: reward.name for utid, reward in self.index.rewards.items()} if self.index else {}

    def version(self, utids: Iterable[str]) -> str:
        """Names what the catalogue says of these rewards; "" without one."""
        return self.index.version(utids) if self.index else ""


def catalogue_snapshot(runtime: Runtime, ledger: Ledger | None = None, campaign_key: int = 0) -> CatalogueSnapshot:
    """The catalogue as the settings want it. Without a `ledger` Tango is not asked: what is kept will do.

    Raises RefusedBeforeSending where it is required and is not available.
    """
    wanted, now = runtime.settings.preflight.catalogue, runtime.clock.now()
    if wanted == "off":
        return CatalogueSnapshot()
    file, source = catalogue_cache.path(runtime.state, runtime.settings.tango.environment), runtime.settings.base_url
    cached = catalogue_cache.load(file, source)
    if ledger is not None and not (cached and cached.is_fresh(now)):
        cached = _of_others(ledger, runtime, file, cached) or cached
    if cached and (ledger is None or (cached.is_fresh(now) and not runtime.refresh)):
        return CatalogueSnapshot(
            _indexed(runtime, cached.catalogue), () if cached.is_fresh(now) else (_OLD.format(_day(cached)),)
        )
    if ledger is None:
        return CatalogueSnapshot()
    from campaign_runner.app.steps.ask_tango import ask_tango, reason
    from campaign_runner.ledger import catalogues  # a check without a ledger loads no database

    receipt, catalogue = ask_tango(runtime, ledger, campaign_key, lambda client: client.catalogue())
    if catalogue is not None:
        content = catalogue_cache.written(source, CachedCatalogue(catalogue, now))
        catalogue_cache.save(file, content)
        with ledger.write("keep the catalogue", fenced=False) as connection:
            catalogues.keep(connection, runtime.settings.tango.environment, source, now.isoformat(), content.decode())
        return CatalogueSnapshot(_indexed(runtime, catalogue))
    why = reason(receipt)
    if wanted == "require":
        raise RefusedBeforeSending(f"{_WANTED.format(why)} Nothing was sent. {_REQUIRED}")
    if cached:
        return CatalogueSnapshot(
            _indexed(runtime, cached.catalogue), (f"{_WANTED.format(why)} {_OLD.format(_day(cached))}",)
        )
    return CatalogueSnapshot(
        None, (f"{_WANTED.format(why)} Rewards, amounts and methods were not compared with it.",)
    )


def _of_others(ledger: Ledger, runtime: Runtime, file: Path, own: CachedCatalogue | None) -> CachedCatalogue | None:
    """What another machine fetched since; it is this one's own from then on."""
    from campaign_runner.ledger import catalogues

    source = runtime.settings.base_url
    with ledger.read() as connection:
        newer = own.at.isoformat() if own else ""
        content = catalogues.kept(connection, runtime.settings.tango.environment, source, newer)
    theirs = catalogue_cache.read(content, source) if content else None
    if content and theirs:
        catalogue_cache.save(file, content.encode())
    return theirs


def _indexed(runtime: Runtime, catalogue: Catalogue) -> CatalogueIndex:
    return CatalogueIndex(catalogue, frozenset(runtime.rule_book.methods))


def _index(runtime: Runtime) -> CatalogueIndex | None:
    from campaign_runner.ledger import open_ledger

    forced = runtime.settings.preflight.model_copy(update={"catalogue": "require"})
    runtime = replace(runtime, settings=runtime.settings.model_copy(update={"preflight": forced}))
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        return catalogue_snapshot(runtime, ledger).index


def find_rewards(runtime: Runtime, words: str = "") -> list[Reward]:
    """The rewards in which all words are found; raises RefusedBeforeSending without a catalogue."""
    index = _index(runtime)
    return list(index.search(words)) if index else []


def reward_names(runtime: Runtime) -> list[str]:
    """The names by which a file can call a reward; raises RefusedBeforeSending without a catalogue."""
    index = _index(runtime)
    return sorted(index.rewards[utid].name for utid in index.names.values()) if index else []


def fetched_for_names(runtime: Runtime) -> CatalogueSnapshot:
    """The catalogue for a file that calls rewards by name, where none is kept here; without one, with a note."""
    from campaign_runner.ledger import open_ledger

    wanted = runtime.settings.preflight
    if wanted.catalogue == "off":
        return CatalogueSnapshot()
    eager = replace(runtime, settings=runtime.settings.model_copy(
        update={"preflight": wanted.model_copy(update={"catalogue": "auto"})}))  # fmt: skip
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        snapshot = catalogue_snapshot(eager, ledger)
    return snapshot if snapshot.index else replace(snapshot, notes=(*snapshot.notes, _NAMES))


_NAMES = (
    "Tango's catalogue is not available here, so rows that give a reward by its name are reported as wrong. To recognise "
    "names, fetch the catalogue: campaign-runner check FILE --refresh"
)


def _day(cached: CachedCatalogue) -> str:
    return cached.at.strftime("%Y-%m-%d")


_WANTED = "Could not fetch Tango's catalogue: {}"
_OLD = "Rewards were compared with the catalogue of {}; --refresh fetches the current one."
_REQUIRED = 'Run again later, or set catalogue = "auto" in [preflight] of campaign.toml.'
