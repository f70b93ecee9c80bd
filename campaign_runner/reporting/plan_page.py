"""Who gets what, for the person who has to approve?  `plan.html`: one page without network, for screen, phone and paper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from markupsafe import Markup

from campaign_runner.model import money, wording
from campaign_runner.model.plan_facts import REWARD, PlanFacts, PlannedLine, PlanPart, Share
from campaign_runner.reporting import charts
from campaign_runner.reporting.page_template import template
from campaign_runner.reporting.plan_file import PlanPaper

PLAN_PAGE = "plan.html"
BARS_SHOWN = 12
PARTS_SHOWN = 200
_LOOKS = {"not needed": "good", "approved": "good", "open": "open", "rejected": "bad"}
_CHANGED = {
    "added": "New in this file",
    "changed": "Changed since then",
    "removed": "No longer in the file",
    "still_to_send": "As before, still to be sent",
    "already_sent": "As before, sent already",
}


def plan_page(plan: PlanPaper) -> str:
    """The whole page as text."""
    facts, approval, beside = plan.facts, plan.approval, next(iter(plan.lists), "")
    return template("plan.html").render(
        facts=facts, approval=approval, look=_LOOKS[approval.state], name=facts.order.campaign or facts.order.campaign_id,
        source=Path(facts.source).name, total=wording.per_currency(facts.sending.totals), pictures=_pictures(facts),
        tables=_tables(facts), changes=_changes(facts),
        largest=_lines(facts, facts.largest), listed=_lines(facts, facts.listed), beside=beside,
        count=wording.count,
        first_time=wording.per_currency(facts.first_time.totals),
    )  # fmt: skip


def _pictures(facts: PlanFacts) -> list[tuple[str, Markup]]:
    """One picture a table and currency; a single bar would say nothing."""
    pictures = []
    for title, parts in facts.parts.items():
        for currency in dict.fromkeys(part.currency for part in parts):
            of_currency = [part for part in parts if part.currency == currency]
            if len(of_currency) > 1:
                heading = f"{currency} by {title}"
                pictures.append(
                    (heading, charts.bars([_bar(facts, title, part) for part in of_currency[:BARS_SHOWN]], heading))
                )
    return pictures


def _label(facts: PlanFacts, title: str, part: PlanPart) -> str:
    return (facts.name(part.label) if title == REWARD else part.label) or "(none)"


def _bar(facts: PlanFacts, title: str, part: PlanPart) -> charts.ChartPart:
    return charts.ChartPart(_label(facts, title, part), float(part.total), wording.cash(part.total, part.currency))


def _tables(facts: PlanFacts) -> list[dict[str, Any]]:
    return [
        {
            "title": title, "more": max(0, len(parts) - PARTS_SHOWN),
            "rows": [(_label(facts, title, part), part.currency, f"{part.lines:,}", f"{part.rewards:,}", _cash(part.total))
                     for part in parts[:PARTS_SHOWN]],
        }
        for title, parts in facts.parts.items() if parts
    ]  # fmt: skip


def _changes(facts: PlanFacts) -> list[tuple[str, str, str]]:
    """(what, how many lines, their money); first files have nothing to be compared with."""
    if not facts.since[0]:
        return []
    return [(title, *_words(facts.changes[name])) for name, title in _CHANGED.items()]


def _words(share: Share) -> tuple[str, str]:
    return f"{share.lines:,}", wording.per_currency(share.totals) if share.lines else ""


def _lines(facts: PlanFacts, lines: Iterable[PlannedLine]) -> list[tuple[str, ...]]:
    return [
        (f"{line.row}", line.recipient or "(nobody named)", line.method, facts.name(line.utid),
         f"{line.quantity:,} × {_cash(line.amount)}" if line.quantity > 1 else "", f"{_cash(line.total)} {line.currency}")
        for line in lines
    ]  # fmt: skip


def _cash(amount: Any) -> str:
    whole, _, cents = money.text(amount).partition(".")
    return f"{int(whole):,}.{cents}"
