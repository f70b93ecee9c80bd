"""What do all campaigns of a period come to, on paper?  `finance.html`: one page without network, made to be printed."""

from __future__ import annotations

from typing import Any

from campaign_runner.model import money, wording
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.reporting.finance.sums import Tallies
from campaign_runner.reporting.finance.zone import findings_of
from campaign_runner.reporting.page_template import template
from campaign_runner.reporting.summary import ClosedBooks

FINANCE_PAGE = "finance.html"
KEYS_SHOWN = 200
_STATUSES = ("completed", "pending", "unknown", "failed", "cancelled")


def finance_page(closed: ClosedBooks) -> str:
    """The whole page as text."""
    all_books = [opened.books for opened in closed.campaigns]
    findings = [
        (opened.books.order.campaign_id, finding)
        for opened in closed.campaigns
        for finding in findings_of(opened, closed.options)
    ]
    return template("finance.html").render(
        environment=all_books[0].environment, period=period_words(closed.options), sums=closed.sums, cash=wording.cash,
        count=wording.count, sections=list(_sections(closed.tallies)), findings=findings, statuses=_STATUSES,
        reports=[path.name for name, path in closed.reports.items() if name != FINANCE_PAGE],
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
