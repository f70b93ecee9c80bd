"""What does an auditor ask?  Is the log whole, what happened in order, and what was erased when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson

from campaign_runner.closing import books_of, latest
from campaign_runner.errors import UsageError
from campaign_runner.ledger import campaigns, erasure, events, open_ledger, tallies
from campaign_runner.opening import Opened, opened
from campaign_runner.outside import World
from campaign_runner.reporting import reconcile_statement, write_finance
from campaign_runner.reporting.statement import Reconciled


@dataclass(frozen=True)
class Verdict:
    """The chain of events: how many, its head, and the number of the first that does not fit (None: whole);
    `differing` = orders of which the sums that the ledger keeps are not those of their lines."""

    events: int
    head: str
    broken: int | None
    differing: int

    @property
    def whole(self) -> bool:
        """Whether nothing is amiss."""
        return self.broken is None and not self.differing


@dataclass(frozen=True)
class FinanceOfAll:
    """Finance reports over so many campaigns."""

    campaigns: int
    reports: dict[str, Path]


def verify(state: Path, url: str = "") -> Verdict:
    """Follow the chain of hashes from the first event to the last, and add up every line."""
    with open_ledger(state, url) as ledger, ledger.read() as connection:
        return Verdict(
            events.count(connection), events.head(connection), events.first_broken(connection),
            len(tallies.differing(connection)),
        )  # fmt: skip


def export(state: Path, url: str = "") -> Iterator[bytes]:
    """Every event as a line of JSON, oldest first."""
    with open_ledger(state, url) as ledger, ledger.read() as connection:
        for event in events.every(connection):
            yield orjson.dumps(event) + b"\n"


def purge(world: World, days: float, *, dry_run: bool = False) -> dict[str, int]:
    """Erase personal data of files older than so many days; totals, references and the chain stay."""
    if days < 1:
        raise UsageError("--older-than must be at least one day: what was handed in today is still at work.")
    before = (world.clock.now() - timedelta(days=days)).isoformat(timespec="milliseconds")
    with open_ledger(world.state, world.ledger_url) as ledger:
        return erasure.erase(ledger, before, world.at(), dry_run=dry_run)


def reconcile(world: World, statement: Path) -> Reconciled:
    """Match a campaign's books against Tango's order history (CSV), by reference and amount."""
    with opened(world) as campaign, latest(campaign) as file:
        books = books_of(campaign, file)
        return reconcile_statement([books], statement, world.reports / world.settings.campaign.id)


def finance_of_all(world: World) -> FinanceOfAll:
    """Finance reports over every campaign of the ledger, in the folder `all`."""
    with open_ledger(world.state, world.ledger_url) as ledger, ExitStack() as stack:
        with ledger.read() as connection:
            rows = campaigns.listing(connection)
        books = []
        for row in reversed(rows):
            campaign = Opened(world.for_campaign(row), ledger, row["id"])
            with suppress(UsageError):  # a campaign for which nothing was ever planned
                books.append(books_of(campaign, stack.enter_context(latest(campaign))))
        if not books:
            raise UsageError("Nothing was planned in this ledger yet. Run a file first: campaign-runner run FILE")
        return FinanceOfAll(len(books), write_finance(books, world.reports / "all", finance=world.finance))
