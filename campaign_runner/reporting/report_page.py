"""What happened, at a glance, for everyone?  `report.html`: one page without network, for screen, phone and paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from markupsafe import Markup

from campaign_runner.model import Books, money, wording
from campaign_runner.model.lifecycle import NEEDS_ACTION, RowStatus
from campaign_runner.model.status_texts import BY_OUTCOME, STATUS_TEXTS
from campaign_runner.reporting import charts
from campaign_runner.reporting.charts import ChartPart
from campaign_runner.reporting.finance.formulas import FIGURES
from campaign_runner.reporting.finance.sums import SECTIONS, ReportSums, Tallies
from campaign_runner.reporting.page_template import template
from campaign_runner.reporting.sent import sent, warnings
from campaign_runner.reporting.summary import ClosedBooks, next_steps
from campaign_runner.reporting.table import notes

PAGE = "report.html"
ROWS_SHOWN = 500
KEYS_SHOWN = 200
BARS_SHOWN = 12
DAYS_SHOWN = 62


@dataclass(slots=True)
class FirstRows:
    """A `Sink` behind the failures report that keeps the first rows for the page (`failures.ON_PAGE`)."""

    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, columns: Sequence[Any]) -> None:
        """Keep some."""
        few = [column.slice(0, ROWS_SHOWN - len(self.rows)).to_pylist() for column in columns]
        self.rows += zip(*few, strict=True)

    def close(self) -> None:
        """Nothing to finish."""


def page(closed: ClosedBooks) -> str:
    """The whole page as text."""
    books, tallies, reports = closed.books, closed.tallies, closed.reports
    currencies = sorted(books.amounts)
    return template("report.html").render(
        books=books, campaign=books.order.campaign_id, name=books.order.campaign or books.order.campaign_id,
        source=Path(books.source).name, verdict=_verdict(books), asked=wording.per_currency(_asked(books)),
        completed=wording.per_currency(_of(books, RowStatus.COMPLETED)), currencies=currencies,
        steps=next_steps(books, reports.get("failures.xlsx")), statuses=_statuses(books, currencies),
        picture=_status_picture(books), pictures=_pictures(tallies), sections=_sections(tallies), first=closed.first_rows,
        acting=sum(books.rows.get(status, 0) for status in NEEDS_ACTION),
        reports=[path.name for name, path in reports.items() if name != PAGE], notes=notes(books),
        figures=[figure.title for figure in FIGURES], count=wording.count, rows_of=wording.rows,
        money=[*(wording.came_to(sums) for sums in books.sums), *_attempts(books, tallies)],
        sentences=sent(books), warnings=warnings(books),
    )  # fmt: skip


def restated(text: str, books: Books) -> str:
    """A page of the same books, with what it says of this very call."""
    values = {"verdict": _verdict(books), "sentences": sent(books), "warnings": warnings(books)}
    for name in ("verdict", "sent"):
        part = template(f"{name}.html").render(values)
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, there, after = rest.partition(end)
        text = f"{before}{begin}{part}{'  ' if name == 'verdict' else ''}{end}{after}" if there else text
    return text


def _verdict(books: Books) -> tuple[str, str]:
    """(look, sentence) at the top of the page."""
    if not books.ties_out:
        return "bad", "The books do not tie out: see the findings."
    if books.stopped:
        return "bad", "Tango stopped the run before it finished."
    if not books.finished:
        return "open", "Not finished: some rewards are not final yet."
    if books.placing and not books.sent_now.lines and (nothing := warnings(books)):
        return "open", nothing[0]
    unwell = sum(books.rows.get(status, 0) for status in NEEDS_ACTION)
    if unwell:
        return "open", f"Done. {wording.count(unwell, 'row needs', 'rows need')} attention."
    return "good", "Done. Every row was sent and completed."


def _asked(books: Books) -> dict[str, Decimal]:
    return {currency: sum(each.values(), Decimal(0)) for currency, each in sorted(books.amounts.items())}


def _of(books: Books, status: RowStatus) -> dict[str, Decimal]:
    return {currency: each.get(status, Decimal(0)) for currency, each in sorted(books.amounts.items())}


def _statuses(books: Books, currencies: Sequence[str]) -> list[dict[str, Any]]:
    """The table of statuses: those that occur, with rows and money."""
    return [
        {
            "look": status.value, "title": STATUS_TEXTS[status].label, "rows": books.rows[status],
            "amounts": [wording.cash(_of(books, status)[currency], "").rstrip() for currency in currencies],
        }
        for status in BY_OUTCOME if books.rows.get(status, 0)
    ]  # fmt: skip


def _attempts(books: Books, tallies: Tallies) -> list[str]:
    """Why pictures and totals come to more than what was placed, where lines were placed again."""
    sentences = []
    for sums in books.sums:
        every = (
            each.total
            for (_, currency), each in tallies.sections["Delivery method"].items()
            if currency == sums.currency
        )
        total = money.from_units(sum(every))
        if again := max(total - sums.placed, Decimal(0)):
            sentences.append(
                f"The pictures and totals below count every attempt: {wording.cash(total, sums.currency)} is "
                f"{wording.cash(sums.placed, sums.currency)} placed in the newest attempts and "
                f"{wording.cash(again, sums.currency)} in earlier attempts."
            )
    return sentences


def _status_picture(books: Books) -> Markup:
    parts = [
        ChartPart(
            STATUS_TEXTS[status].label, books.rows[status], wording.count(books.rows[status], "row"), status.value
        )
        for status in BY_OUTCOME
        if books.rows.get(status, 0)
    ]
    return charts.stacked(parts, "Rows by status: " + "; ".join(f"{part.label} {part.words}" for part in parts))


def _pictures(tallies: Tallies) -> list[tuple[str, Markup]]:
    """Money by method, by the user's own groups and by day, one picture per currency."""
    own = [title for title in tallies.sections if title not in SECTIONS]
    pictures = []
    for title in ("Delivery method", *own, "Day"):
        for currency in sorted({currency for _, currency in tallies.sections[title]}):
            sums = {key: each for (key, other), each in tallies.sections[title].items() if other == currency}
            heading = f"{currency} placed by {title.lower() if title in SECTIONS else title}"
            if title == "Day":
                pictures.append((heading, charts.columns(_by_time(sums, currency), heading)))
            else:
                pictures.append((heading, charts.bars(_largest(sums, currency), heading)))
    return pictures


def _largest(sums: Mapping[str, ReportSums], currency: str) -> list[ChartPart]:
    ranked = sorted(sums.items(), key=lambda item: (-item[1].total, item[0]))
    parts = [_part(key or "(none)", each.total, currency) for key, each in ranked[:BARS_SHOWN]]
    rest = ranked[BARS_SHOWN:]
    if rest:
        parts.append(_part(f"{len(rest):,} others", sum(each.total for _, each in rest), currency))
    return parts


def _by_time(sums: Mapping[str, ReportSums], currency: str) -> list[ChartPart]:
    """By day, or by month where there are too many days to see."""
    length = 10 if len(sums) <= DAYS_SHOWN else 7
    totals: dict[str, int] = {}
    for day, each in sorted(sums.items()):
        totals[day[:length]] = totals.get(day[:length], 0) + each.total
    return [_part(day or "(none)", total, currency) for day, total in totals.items()]


def _part(label: str, units: int, currency: str) -> ChartPart:
    return ChartPart(label, units, wording.cash(money.from_units(units), currency))


def _sections(tallies: Tallies) -> list[dict[str, Any]]:
    """The totals as tables; a section that has one key only says nothing that the others do not."""
    sections = []
    for title, sums in tallies.sections.items():
        if title == "Status" or len(sums) < 2:
            continue
        ranked = sorted(sums.items(), key=lambda item: item[0])
        rows = [[key or "(none)", currency, *_figures(each)] for (key, currency), each in ranked[:KEYS_SHOWN]]
        sections.append({"title": title, "rows": rows, "more": max(0, len(ranked) - KEYS_SHOWN)})
    return sections


def _figures(sums: ReportSums) -> list[str]:
    units = [(figure.is_count, figure.units(sums)) for figure in FIGURES]
    return [f"{n:,}" if is_count else wording.cash(money.from_units(n), "").rstrip() for is_count, n in units]
