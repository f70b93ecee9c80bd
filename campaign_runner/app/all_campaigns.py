"""reports --all: the finance reports over every campaign of one environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.finish import books_of
from campaign_runner.app.steps.report_files import report_targets
from campaign_runner.app.views.uploads import latest_upload
from campaign_runner.ledger import Ledger, campaigns
from campaign_runner.ledger.opening import look_into
from campaign_runner.model import OpenBooks
from campaign_runner.model.choices import EnvironmentName
from campaign_runner.model.errors import UsageError
from campaign_runner.reporting import registry, write_finance
from campaign_runner.reporting.finance.sums import FinanceOfAll


def report_all_campaigns(runtime: Runtime, environment: str = "") -> FinanceOfAll:
    """Finance reports over every campaign of one environment, in the folder `all`.

    Without `environment`: production where there is any, else sandbox, else the simulator. Rehearsals and real money
    are never added up.
    """
    with look_into(runtime.state, runtime.ledger_url) as ledger, ExitStack() as stack:
        with ledger.read() as connection:
            every = campaigns.listing(connection)
        chosen = chosen_environment([row["environment"] for row in every], environment)
        rows = [row for row in every if row["environment"] == chosen]
        books = books_of_all(runtime, ledger, rows, stack)
        if not books:
            raise UsageError(NOTHING_PLANNED)
        others = Counter(row["environment"] for row in every if row["environment"] != chosen)
        places = report_targets(runtime, registry.names(*registry.OF_ALL_CAMPAIGNS), campaign_id="all")
        written, sums = write_finance(
            books, places.folder, finance=runtime.finance, only=runtime.only, targets=places
        )
        return FinanceOfAll(chosen, len(books), dict(sorted(others.items())), sums, written)


NOTHING_PLANNED = "Nothing was planned in this ledger yet. Run a file first: campaign-runner run FILE"


def books_of_all(
    runtime: Runtime, ledger: Ledger, rows: Sequence[Mapping[str, Any]], stack: ExitStack
) -> list[OpenBooks]:
    """The books of these campaigns, the oldest first; those of nothing planned are left out."""
    books = []
    for row in reversed(rows):
        campaign = CampaignSession(runtime.for_campaign(row), ledger, row["id"])
        with suppress(UsageError):  # a campaign for which nothing was ever planned
            books.append(books_of(campaign, stack.enter_context(latest_upload(campaign))))
    return books


def chosen_environment(known: Sequence[str], wanted: str) -> str:
    """The environment to report on; raises UsageError for one in which nothing was ever planned."""
    if wanted and wanted not in known:
        there = ", ".join(dict.fromkeys(known)) or "none yet"
        raise UsageError(f"--environment {wanted}: this ledger has no campaign there. It has campaigns in: {there}.")
    return wanted or next((str(one) for one in EnvironmentName if one in known), "simulator")
