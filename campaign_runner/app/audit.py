"""What does an auditor ask?  Is the log whole, what happened in order, and what was erased when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from campaign_runner.app.finish import books_of, folder, latest, targets
from campaign_runner.app.purge import purge, purge_campaign, purge_recipient
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, open_campaign
from campaign_runner.ledger import Ledger, campaigns, events, order_sums, verification
from campaign_runner.ledger.newest_heads import has
from campaign_runner.ledger.read_only import look_into
from campaign_runner.model import Books
from campaign_runner.model.errors import UsageError
from campaign_runner.reporting import reconcile_statement, write_finance
from campaign_runner.reporting.finance.statement import STATEMENT_REPORTS, Reconciled
from campaign_runner.reporting.finance.sums import FinanceOfAll
from campaign_runner.reporting.stated_head import StatedHead
from campaign_runner.reporting.write import FINANCE_REPORTS
from campaign_runner.settings.sections import ENVIRONMENTS

__all__ = [
    "Verdict", "export", "finance_of_all", "purge", "purge_campaign", "purge_recipient", "reconcile", "reconcile_all",
    "verify",
]  # fmt: skip


@dataclass(frozen=True)
class LogCheck:
    """The chain of events: how many, its head, and the number of the first that does not fit (None: whole), and `why`.

    `differing` = orders of which the sums that the ledger keeps are not those of their lines; `differences` = what in
    the ledger is not as the events say; `proven` = heads that were asked for, with the number of their event, `missing`
    = those that the chain does not hold; `unproven` = keys that are not here, with how many events were signed with
    them; `operator` = whether the newest event is signed with the operator's key.
    """

    events: int
    head: str
    broken: int | None
    differing: int
    why: str = ""
    differences: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    proven: Mapping[str, int] = field(default_factory=dict)
    unproven: Mapping[str, int] = field(default_factory=dict)
    operator: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is amiss."""
        return self.broken is None and not (self.differing or self.differences or self.missing or self.unproven)


def verify(state: Path, url: str = "", heads: Sequence[StatedHead] = ()) -> LogCheck:
    """Follow the chain of events from the first to the last, compare every table with it, and add up every line.

    `heads` were noted before: the chain must still hold them.
    """
    with look_into(state, url) as ledger, ledger.read() as connection:
        broken = events.first_broken(connection)
        numbers = {head: _number_of(connection, head) for head in heads}
        return LogCheck(
            events.count(connection), events.head(connection), broken.number if broken else None,
            len(order_sums.differing(connection)), broken.why if broken else "",
            tuple(verification.differences(connection)),
            (*(f"The chain does not hold {head}" for head, number in numbers.items() if number is None),
             *_noted_beside(ledger, connection)),
            {head.digest: number for head, number in numbers.items() if number is not None},
            events.unproven(connection), events.by_operator(connection),
        )  # fmt: skip


def _noted_beside(ledger: Ledger, connection: Connection) -> Iterator[str]:
    """Heads that runs noted in the state folder, which outlive the ledger, and that the chain does not hold."""
    for name in ledger.notes.names():
        noted = ledger.notes.read(name)
        if noted and not has(connection, noted):
            yield f"The chain does not hold event {noted.event}, noted beside the ledger on {noted.at[:10]} ({name})"


def _number_of(connection: Connection, head: StatedHead) -> int | None:
    """The number of the event with this hash, where it is the one that was noted."""
    number = events.number_of(connection, head.digest)
    return number if head.events in (None, number) else None


def export(state: Path, url: str = "") -> Iterator[bytes]:
    """Every event as a line of JSON, oldest first."""
    with look_into(state, url) as ledger, ledger.read() as connection:
        for event in events.every(connection):
            yield orjson.dumps(event) + b"\n"


def reconcile(runtime: Runtime, statement: Path) -> Reconciled:
    """Match a campaign's books against Tango's order history (CSV), by reference and amount.

    References of other campaigns of this ledger are told apart from those that nobody knows.
    """
    with open_campaign(runtime, looking=True) as campaign, latest(campaign) as file, ExitStack() as stack:
        with campaign.ledger.read() as connection:
            rows = [row for row in campaigns.listing(connection) if row["id"] != campaign.key]
        environment = runtime.settings.tango.environment
        others = _books_of_all(runtime, campaign.ledger, [r for r in rows if r["environment"] == environment], stack)
        places = targets(runtime, STATEMENT_REPORTS, statement)
        return reconcile_statement(
            [books_of(campaign, file)], statement, folder(runtime), other_books=others, period=runtime.finance,
            targets=places,
        )  # fmt: skip


def reconcile_all(runtime: Runtime, statement: Path, environment: str = "") -> Reconciled:
    """Match the books of every campaign of one environment against the account's order history; see `finance_of_all`."""
    with look_into(runtime.state, runtime.ledger_url) as ledger, ExitStack() as stack:
        with ledger.read() as connection:
            every = campaigns.listing(connection)
        chosen = _environment([row["environment"] for row in every], environment)
        books = _books_of_all(runtime, ledger, [row for row in every if row["environment"] == chosen], stack)
        if not books:
            raise UsageError(_NOTHING)
        places = targets(runtime, STATEMENT_REPORTS, statement, campaign="all")
        return reconcile_statement(books, statement, places.folder, period=runtime.finance, targets=places)


def finance_of_all(runtime: Runtime, environment: str = "") -> FinanceOfAll:
    """Finance reports over every campaign of one environment, in the folder `all`.

    Without `environment`: production where there is any, else sandbox, else the simulator. Rehearsals and real money
    are never added up.
    """
    with look_into(runtime.state, runtime.ledger_url) as ledger, ExitStack() as stack:
        with ledger.read() as connection:
            every = campaigns.listing(connection)
        chosen = _environment([row["environment"] for row in every], environment)
        rows = [row for row in every if row["environment"] == chosen]
        books = _books_of_all(runtime, ledger, rows, stack)
        if not books:
            raise UsageError(_NOTHING)
        others = Counter(row["environment"] for row in every if row["environment"] != chosen)
        places = targets(runtime, FINANCE_REPORTS, campaign="all")
        written, sums = write_finance(books, places.folder, finance=runtime.finance, targets=places)
        return FinanceOfAll(chosen, len(books), dict(sorted(others.items())), sums, written)


_NOTHING = "Nothing was planned in this ledger yet. Run a file first: campaign-runner run FILE"


def _books_of_all(
    runtime: Runtime, ledger: Ledger, rows: Sequence[Mapping[str, Any]], stack: ExitStack
) -> list[Books]:
    """The books of these campaigns, the oldest first; those of nothing planned are left out."""
    books = []
    for row in reversed(rows):
        campaign = CampaignSession(runtime.for_campaign(row), ledger, row["id"])
        with suppress(UsageError):  # a campaign for which nothing was ever planned
            books.append(books_of(campaign, stack.enter_context(latest(campaign))))
    return books


def _environment(known: Sequence[str], wanted: str) -> str:
    """The environment to report on; raises UsageError for one in which nothing was ever planned."""
    if wanted and wanted not in known:
        there = ", ".join(dict.fromkeys(known)) or "none yet"
        raise UsageError(f"--environment {wanted}: this ledger has no campaign there. It has campaigns in: {there}.")
    return wanted or next((one for one in ENVIRONMENTS if one in known), "simulator")
