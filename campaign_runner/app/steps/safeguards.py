"""What is told where the world breaks after something may have been sent?  Never "wrong usage": monitoring would shrug.

Before anything is sent, the places that a run will write to are proven writable.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.report_files import report_folder
from campaign_runner.ledger import row_status
from campaign_runner.model.errors import LedgerLost, ReportsMissing, ReportsUnwritten, StateError
from campaign_runner.model.wording import count
from campaign_runner.reporting.atomic import prove_writable


def prove_places(runtime: Runtime) -> None:
    """Raises ReportsUnwritten (nothing was sent) where reports could not be written afterwards."""
    prove_writable(report_folder(runtime))


@contextmanager
def ledger_may_go() -> Iterator[None]:
    """A ledger that is lost while orders are placed or followed is not wrong usage: run again to go on."""
    try:
        yield
    except StateError as error:
        raise LedgerLost(f"{error} Run the same command again to continue.") from error


@contextmanager
def reports_may_fail(campaign: CampaignSession) -> Iterator[None]:
    """Reports that cannot be written after the sending: says what was placed, and how the reports are written."""
    try:
        yield
    except (ReportsUnwritten, OSError) as error:
        with campaign.ledger.read() as connection:
            placed = _placed(connection, campaign.key)
        campaign_id = campaign.runtime.settings.campaign.id
        raise ReportsMissing(
            f"{count(placed, 'line')} of the campaign {campaign_id} {'is' if placed == 1 else 'are'} at Tango, and nothing "
            f"is lost, but the reports could not be written. {error} Write them with: campaign-runner reports {campaign_id}"
        ) from error


def _placed(connection: Connection, campaign_key: int) -> int:
    tally = row_status.campaign_tally(connection, campaign_key)
    return sum(lines for status, _, lines, _ in tally if status != "unsent")
