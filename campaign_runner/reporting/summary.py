"""What does a script need to know?  `summary.json`; its names are a promise (docs, "summary.json")."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import cast

import orjson

from campaign_runner.model import Books, Sums, money
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.reporting.next_steps import ClosedBooks, next_steps
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
