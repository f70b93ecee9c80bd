"""What is known when all rows and lines went by?  For the reports that are written last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from campaign_runner.model import Books, OpenBooks
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.reporting.finance.sums import PeriodSums, Tallies


@dataclass(frozen=True)
class ClosedBooks:
    """The books of one campaign, or of many, with the sums of their lines (`tallies`), the first rows that need action
    (`failures.ON_PAGE`), and which reports there are by now, this one included."""

    campaigns: Sequence[OpenBooks]
    exit_code: int = 0
    problems: ProblemTally | None = None
    tallies: Tallies = field(default_factory=Tallies)
    sums: Sequence[PeriodSums] = ()
    first_rows: Sequence[tuple[str, ...]] = ()
    options: FinanceOptions = field(default_factory=FinanceOptions)
    reports: Mapping[str, Path] = field(default_factory=dict)

    @property
    def books(self) -> Books:
        """Those of the one campaign."""
        return self.campaigns[0].books
