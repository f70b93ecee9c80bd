"""What does a command return?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign_runner.model import Books, Column, Hold, Problem, Sent
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.money import from_units
from campaign_runner.model.plan_facts import Approval
from campaign_runner.reporting import ProblemTally, sent
from campaign_runner.reporting.summary import summary
from campaign_runner.reporting.summary_shape import Summary


@dataclass(frozen=True)
class Result:
    """The result of a command. `tally` is None where nothing was checked again; `plan` is what `plan` showed; `columns`,
    `problems` (the first of them), `held` and `head` (header and first rows) are those of a file that was checked;
    `unusual` (name and sentence) and `funds` (sentences) are what somebody should look at before it is sent;
    `differences` (`app.views.plan_differences`) are the rows that are not as before."""

    books: Books
    reports: Mapping[str, Path]
    exit_code: ExitCode
    tally: ProblemTally | None = None
    plan: str = ""
    approval: Approval = field(default_factory=Approval)
    columns: tuple[Column, ...] = ()
    problems: tuple[Problem, ...] = ()
    held: tuple[Hold, ...] = ()
    unusual: tuple[tuple[str, str], ...] = ()
    funds: tuple[str, ...] = ()
    head: tuple[tuple[str, ...], ...] = ()
    differences: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def plain(self) -> Summary:
        """As `summary.json` has it."""
        return summary(self.books, self.reports, self.exit_code, self.tally)


def in_money(sendings: Iterable[tuple[str, str, str, int, int]]) -> Sent:
    """Lines that left, from units to money."""
    return sent.of(
        [(file, day, currency, lines, from_units(units)) for file, day, currency, lines, units in sendings]
    )
