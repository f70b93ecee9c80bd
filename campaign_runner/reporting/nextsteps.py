"""What needs doing now, by whom, and with which command?  One table by status."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from campaign_runner.lifecycle import RowStatus
from campaign_runner.model import Books
from campaign_runner.reporting.wording import count


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: `who` does `what`; `command` is typed for it ("" = nothing is)."""

    who: str
    what: str
    command: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.command}" if self.command else f"{self.what}."


# status: (who, what with {rows}, command with {campaign} and {file})
_BY_STATUS: dict[RowStatus, tuple[str, str, str]] = {
    RowStatus.REJECTED: (
        "HR",
        "Correct {rows} in failures.xlsx (the last columns say what to do), save, and hand that file in",
        "campaign-runner run {failures}",
    ),
    RowStatus.HELD: (
        "HR",
        "Decide about {rows} that we kept back (failures.xlsx says why); let a row go by its number",
        'campaign-runner release {campaign} ROW --reason "why"',
    ),
    RowStatus.UNSENT: ("the operator", "Send {rows} that are not sent yet", "campaign-runner run {file}"),
    RowStatus.UNKNOWN: (
        "the operator",
        "Ask Tango about {rows} whose answer was lost; nothing is sent twice",
        "campaign-runner track {campaign}",
    ),
    RowStatus.PENDING: (
        "the operator",
        "Look again later at {rows} that Tango is still working on",
        "campaign-runner track {campaign}",
    ),
    RowStatus.FAILED: (
        "HR",
        "Read why {rows} failed at Tango (failures.xlsx), have the cause mended, and place them again",
        "campaign-runner retry {campaign}",
    ),
    RowStatus.CANCELLED: (
        "HR",
        "Ask Tango or whoever cancelled {rows} whether those people are to be rewarded otherwise",
        "",
    ),
}


def next_steps(books: Books, failures: Path | None = None) -> list[NextStep]:
    """What is left to do, the most pressing first; empty when the books are closed."""
    words = {
        "campaign": books.order.campaign_id,
        "file": shlex.quote(books.source),
        "failures": shlex.quote(str(failures or "failures.xlsx")),
    }
    steps = [NextStep("the operator", f"Tango stopped the run: {books.stopped.rstrip('.')}")] if books.stopped else []
    if not books.ties_out:
        steps.append(NextStep("finance", "The books do not tie out: read the findings before anything else is sent"))
    for status, (who, what, command) in _BY_STATUS.items():
        if books.rows.get(status, 0):
            those = what.format(rows=count(books.rows[status], "row"))
            steps.append(NextStep(who, those, command.format(**words)))
    return steps
