"""What do all campaigns of a period come to, on paper?  `finance.html`: one page without network, made to be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from campaign_runner.model import Books, money, wording
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.reporting.finance.sums import PeriodSums, Tallies
from campaign_runner.reporting.finance.zone import instants
from campaign_runner.reporting.page_template import template

FINANCE_PAGE = "finance.html"
KEYS_SHOWN = 200
_STATUSES = ("completed", "pending", "unknown", "failed", "cancelled")


def finance_page(
    all_books: Sequence[Books], tallies: Tallies, sums: Sequence[PeriodSums], options: FinanceOptions,
    reports: Mapping[str, Path],
) -> str:  # fmt: skip
    """The whole page as text."""
    findings = [
        (books.order.campaign_id, finding) for books in all_books
        for finding in (books.findings_of(*instants(options)) if options.has_period else books.findings)
    ]  # fmt: skip
    return template("finance.html").render(
        environment=all_books[0].environment, period=period_words(options), sums=sums, cash=wording.cash,
        count=wording.count, sections=list(_sections(tallies)), findings=findings, statuses=_STATUSES,
        reports=[path.name for path in reports.values()],
        heads=list(dict.fromkeys(books.ledger_head for books in all_books if books.ledger_head)),
    )  # fmt: skip


def period_words(options: FinanceOptions) -> str:
    """`placed from 2026-10-01 to 2026-12-31 (both days included)`; all days without one."""
    days = " ".join(
        part for part in (options.since and f"from {options.since}", options.until and f"to {options.until}") if part
    )
    return f"placed {days} (both days included)" if days else "all days"


def _sections(tallies: Tallies) -> Any:
    for title in ("Campaign", "Purchase order", *[title for title in tallies.sections if title not in _NOT_SHOWN]):
        ranked = sorted(tallies.sections[title].items())
        rows = [
            [
                key or "(none)", currency, f"{each.lines:,}", _cash(each.total),
                *(_cash(each.by_status.get(status, 0)) for status in _STATUSES), _cash(each.charged_alike),
            ]
            for (key, currency), each in ranked[:KEYS_SHOWN]
        ]  # fmt: skip
        if rows:
            yield {"title": title, "rows": rows, "more": max(0, len(ranked) - KEYS_SHOWN)}


_NOT_SHOWN = frozenset({"Status", "Campaign", "Purchase order", "Day"})


def _cash(units: int) -> str:
    return wording.cash(money.from_units(units), "").rstrip()
