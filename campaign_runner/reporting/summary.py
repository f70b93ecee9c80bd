"""What does a script need to know?  `summary.json`; its names are a promise (docs, "summary.json"). And what needs
doing now, by whom, with which command?"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import cast

import orjson

from campaign_runner.model import Books, OpenBooks, Sums, money
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.model.status_texts import STATUS_TEXTS
from campaign_runner.model.wording import count
from campaign_runner.reporting.finance.sums import PeriodSums, Tallies
from campaign_runner.reporting.sent import values, warnings
from campaign_runner.reporting.summary_shape import BATCHES, CorrectedLine, MoneyOfLines, Summary
from campaign_runner.reporting.table import notes

SUMMARY = "summary.json"


def summary(
    books: Books, reports: Mapping[str, Path], exit_code: int, problems: ProblemTally | None = None
) -> Summary:
    """Counts are integers, amounts decimal strings (`"1250.00"`); totals equal the sum of the statuses."""
    return {
        "campaign": books.order.campaign_id,
        "finished": books.finished,
        "sent_now": values(books.sent_now),
        "sent_before": values(books.sent_before, with_files=True),
        "rows": {"total": books.total_rows, **{status.value: books.rows.get(status, 0) for status in RowStatus}},
        "amounts": {currency: _amounts(by_status) for currency, by_status in sorted(books.amounts.items())},
        "batches": {name: books.batches.get(name, 0) for name in BATCHES} | dict(books.batches),
        "ties_out": books.ties_out,
        "money": {sums.currency: _money(sums) for sums in books.sums},
        "corrections": [cast(CorrectedLine, each) for each in books.corrected],
        "findings": [finding.text for finding in books.findings],
        "reports": {name: str(path) for name, path in reports.items()},
        "exit_code": int(exit_code),
        "environment": books.environment,
        "host": books.host,
        "source": books.source,
        "sheet": books.sheet,
        "notes": [*warnings(books), *notes(books)],
        "stopped": books.stopped,
        "ledger_head": books.ledger_head,
        "ledger_events": books.ledger_events,
        "problems": problems.total if problems else None,
        "next_steps": [str(step) for step in next_steps(books, reports.get("failures.xlsx"))],
    }


def summary_json(closed: ClosedBooks) -> bytes:
    """The file."""
    content = summary(closed.books, closed.reports, closed.exit_code, closed.problems)
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


def _money(sums: Sums) -> MoneyOfLines:
    return {
        "planned": money.text(sums.planned), "placed": money.text(sums.placed), "charged": money.text(sums.charged),
        "charged_lines": sums.charged_lines,
    }  # fmt: skip


def _amounts(by_status: Mapping[str, Decimal]) -> dict[str, str]:
    each = {status.value: by_status.get(status, Decimal(0)) for status in RowStatus}
    return {name: money.text(amount) for name, amount in {"total": sum(each.values(), Decimal(0)), **each}.items()}


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: `who` does `what`; `command` is typed for it ("" = nothing is)."""

    who: str
    what: str
    command: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.command}" if self.command else f"{self.what}."


# By which key `Books.asked` has the file as it was typed.
FILE = "FILE"
_OF_THE_SHEET = ("--sheet", "--hidden")  # failures.xlsx has another
_PLACES = ("--config", "--state", "--schemas")
# command: the options that it repeats, of those that the run had.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "run": (
        "--sheet", "--hidden", "--canary", "--no-canary", "--max-failure-rate", "--partial-by-funds", *_PLACES, "--reports"
    ),
    "track": (*_PLACES, "--reports"),
    "retry": (*_PLACES, "--reports"),
    "release": _PLACES,
    "resume": _PLACES,
}  # fmt: skip


def next_steps(books: Books, failures: Path | None = None) -> list[NextStep]:
    """What is left to do, the most pressing first; empty when the books are closed."""
    words = {
        "campaign": books.order.campaign_id,
        "file": shlex.quote(_typed(books)),
        "failures": shlex.quote(str(failures or "failures.xlsx")),
    }
    steps = [NextStep("the operator", f"Tango stopped the run: {books.stopped.rstrip('.')}")] if books.stopped else []
    if not books.ties_out:
        steps.append(NextStep("finance", "The books do not tie out: read the findings before you send anything else"))
    if books.halted and books.rows.get(RowStatus.UNSENT):
        command = _with_options(f"campaign-runner resume {books.order.campaign_id}", books, ())
        steps.append(
            NextStep("the operator", "Resume the campaign when the reason for its halt is resolved", command)
        )
    for status, texts in STATUS_TEXTS.items():
        number = books.rows.get(status, 0) - (books.dropped if status is RowStatus.CANCELLED else 0)
        if texts.step and number > 0:
            those = texts.step.format(rows=count(number, "row"), name=(failures or Path("failures.xlsx")).name)
            without = _OF_THE_SHEET if status is RowStatus.REJECTED else ()
            steps.append(NextStep(texts.who, those, _with_options(texts.command.format(**words), books, without)))
    for sheet in books.unread:
        what = f'Run the sheet "{sheet}" too, or choose one sheet with --sheet'
        command = f"campaign-runner run {words['file']} --sheet {shlex.quote(sheet)}"
        steps.append(NextStep("HR", what, _with_options(command, books, _OF_THE_SHEET[:1])))
    return steps


def _typed(books: Books) -> str:
    """The file as the person who ran it typed it, if it is this one."""
    typed = books.asked.get(FILE, "")
    return typed if typed and Path(typed).name == Path(books.source).name else books.source


def _with_options(command: str, books: Books, without: Collection[str]) -> str:
    """The command with those options that the run had and that this command takes."""
    options = _OPTIONS.get(command.split()[1], ()) if command else ()
    kept = [(option, books.asked[option]) for option in options if option in books.asked and option not in without]
    return " ".join(
        [command, *(f"{option} {shlex.quote(value)}".strip() if value else option for option, value in kept)]
    )


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
