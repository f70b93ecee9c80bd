"""reconcile: do our books and Tango's order history say the same?"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from campaign_runner.app.all_campaigns import NOTHING_PLANNED, books_of_all, chosen_environment
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import open_campaign
from campaign_runner.app.steps.finish import books_of
from campaign_runner.app.steps.report_files import report_folder, report_targets
from campaign_runner.app.views.uploads import latest_upload
from campaign_runner.ledger import campaigns
from campaign_runner.ledger.opening import look_into
from campaign_runner.model.errors import UsageError
from campaign_runner.reporting.finance.statement import STATEMENT_REPORTS, Reconciled, reconcile_statement


def reconcile_campaign(runtime: Runtime, statement: Path) -> Reconciled:
    """Match a campaign's books against Tango's order history (CSV), by reference and amount.

    References of other campaigns of this ledger are told apart from those that nobody knows.
    """
    with open_campaign(runtime, looking=True) as campaign, latest_upload(campaign) as file, ExitStack() as stack:
        with campaign.ledger.read() as connection:
            rows = [row for row in campaigns.listing(connection) if row["id"] != campaign.key]
        environment = runtime.settings.tango.environment
        others = books_of_all(runtime, campaign.ledger, [r for r in rows if r["environment"] == environment], stack)
        places = report_targets(runtime, STATEMENT_REPORTS, statement)
        return reconcile_statement(
            [books_of(campaign, file)], statement, report_folder(runtime), other_books=others, period=runtime.finance,
            targets=places,
        )  # fmt: skip


def reconcile_all(runtime: Runtime, statement: Path, environment: str = "") -> Reconciled:
    """Match the books of every campaign of one environment against the account's order history; see `finance_of_all`."""
    with look_into(runtime.state, runtime.ledger_url) as ledger, ExitStack() as stack:
        with ledger.read() as connection:
            every = campaigns.listing(connection)
        chosen = chosen_environment([row["environment"] for row in every], environment)
        books = books_of_all(runtime, ledger, [row for row in every if row["environment"] == chosen], stack)
        if not books:
            raise UsageError(NOTHING_PLANNED)
        places = report_targets(runtime, STATEMENT_REPORTS, statement, campaign_id="all")
        return reconcile_statement(books, statement, places.folder, period=runtime.finance, targets=places)
