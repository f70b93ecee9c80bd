"""What do the finance reports share?  One pass over the placed lines of a campaign, or of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign_runner.model import OpenBooks
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.reporting.finance.corrections_report import CorrectionsReport
from campaign_runner.reporting.finance.entries import Entries, chart
from campaign_runner.reporting.finance.groups import Groups
from campaign_runner.reporting.finance.report import line_parts
from campaign_runner.reporting.finance.sums import Tallies
from campaign_runner.reporting.finance.zone import findings_of, in_zone
from campaign_runner.reporting.ledger_stamp import properties
from campaign_runner.reporting.report_folder import Progress

REACHED_TANGO = tuple(s for s in RowStatus if s not in (RowStatus.REJECTED, RowStatus.HELD, RowStatus.UNSENT))


@dataclass
class LinePass:
    """Campaigns with their grouping columns; what is gathered while their lines go by: sums (`tallies`), what was
    corrected, and double entries, if `journal` says that they are wanted."""

    campaigns: Sequence[tuple[OpenBooks, Groups]]
    options: FinanceOptions
    dialect: str
    journal: bool
    entries: Entries | None = field(init=False)

    def __post_init__(self) -> None:
        self.campaigns = [(in_zone(opened, self.options.time_zone), groups) for opened, groups in self.campaigns]
        self.titles = self.campaigns[0][1].titles
        self.accounts = chart(self.options.accounts)
        self.tallies, self.corrected = Tallies(self.titles), CorrectionsReport(self.titles)
        self.entries = Entries(self.titles) if self.journal else None
        all_books = [opened.books for opened, _ in self.campaigns]
        self.campaign_ids = [books.order.campaign_id for books in all_books]
        self.expected = sum(books.rows.get(status, 0) for books in all_books for status in REACHED_TANGO)
        self.properties = properties(all_books)
        self.findings = [
            (opened.books.order.campaign_id, finding)
            for opened, _ in self.campaigns
            for finding in findings_of(opened, self.options)
        ]

    @property
    def booked(self) -> Entries:
        """The double entries, once all lines went by."""
        assert self.entries is not None
        return self.entries

    def corrections(self) -> Iterator[list[Any]]:
        """The columns of `finance.corrections_report`, part by part: read before the lines."""
        return self.corrected.read(self.campaigns, self.options, self.entries)

    def parts(self, progress: Progress | None) -> Iterator[list[Any]]:
        """The columns of `finance.report`, part by part; sums and entries take theirs."""
        done = 0
        for opened, groups in self.campaigns:
            for columns in line_parts(opened, groups, self.options):
                self.tallies.add(columns)
                if self.entries:
                    self.entries.add(columns)
                yield columns
                done += len(columns[0])
                if progress:
                    progress("lines", done, max(self.expected, done))
