"""What does a person at the terminal read?  What was asked, what happened, what needs doing now, where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner.model import Books
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.marketplace import Reward
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.model.status_texts import BY_OUTCOME, STATUS_TEXTS
from campaign_runner.model.wording import came_to, cash, count, day, listed, per_currency
from campaign_runner.preflight.catalogue_check import price
from campaign_runner.reporting.finance.sums import FinanceOfAll, PeriodSums
from campaign_runner.reporting.fix_list import todo
from campaign_runner.reporting.sent import sent, warnings, where_from
from campaign_runner.reporting.summary import next_steps
from campaign_runner.reporting.table import notes

if TYPE_CHECKING:
    from campaign_runner.app.purge import Erased
    from campaign_runner.reporting.finance.statement import Reconciled

EXAMPLES_SHOWN = 5


def check(books: Books, problems: ProblemTally, reports: Mapping[str, Path]) -> list[str]:
    """After `check`: how many rows are fine, the first problems as they are, then all of them counted."""
    kept = (RowStatus.REJECTED, RowStatus.HELD, *([RowStatus.CANCELLED] if books.dropped else []))
    good = {currency: sum((amount for status, amount in each.items() if status not in kept), Decimal(0))
            for currency, each in sorted(books.amounts.items())}  # fmt: skip
    return [
        *_checked(books, per_currency(good)),
        *_problems(problems),
        *_todo(problems),
        *_notes(books),
        *_where(reports),
    ]


def plan(books: Books, problems: ProblemTally, reports: Mapping[str, Path]) -> list[str]:
    """After `plan`: as `check`, and what a run would send and cost."""
    orders = books.batches.get("planned", 0)
    batches = f" in {count(orders, 'order')}" if orders else ""
    would = [f"A run would send {per_currency(_amounts(books, RowStatus.UNSENT))}{batches}. Nothing was sent now."]
    before = books.sent_before
    if before.lines:
        rows = count(before.lines, "row was", "rows were")
        would.append(f"{rows} sent before and {'is' if before.lines == 1 else 'are'} not sent again: "
                     f"{per_currency(before.amounts)} ({where_from(before)}).")  # fmt: skip
    lines = [*would, *_problems(problems), *_todo(problems), *warnings(books), *_notes(books)]
    return [*_checked(books), *lines, *_where(reports)]


def run(books: Books, problems: ProblemTally | None, reports: Mapping[str, Path]) -> list[str]:
    """After `run`, `track` or `retry`: what was asked, what happened, money, what needs doing now."""
    return [
        *_asked(books),
        *sent(books),
        *_happened(books),
        *(_problems(problems) if problems else []),
        *_tie(books),
        *_notes(books),
        *_next(books, reports),
        *_where(reports),
        *warnings(books),
    ]


def statement(result: Reconciled) -> list[str]:
    """After `reconcile --statement`: how many references agree, and what does not."""
    verdicts = {verdict: number for verdict, number in result.verdicts.items() if number}
    words = listed([f"{number:,} {verdict}" for verdict, number in verdicts.items()]) or "nothing to compare"
    verdict = "The statement agrees with the books." if result.agrees else "THE STATEMENT AND THE BOOKS DIFFER:"
    findings = [f"  {finding.text}" for finding in result.findings]
    totals = [
        f"  Our books {cash(each.ours, each.currency)}, statement {cash(each.theirs, each.currency)}, difference "
        f"{cash(each.difference, each.currency)}."
        for each in result.totals
    ]
    notes = [f"Note: {note}" for note in result.notes]
    return [f"{result.statement}: {words}.", verdict, *totals, *findings, *notes, *_where(result.reports)]


def reward(one: Reward) -> dict[str, str]:
    """A row of `catalogue`."""
    return {
        "Reward": one.name, "UTID": one.utid, "Amount": price(one), "Countries": ", ".join(one.countries),
        "Methods": ", ".join(one.methods), "Now": "active" if one.active else "not available",
    }  # fmt: skip


def finance(report: FinanceOfAll, since: str, until: str) -> list[str]:
    """After `reports --all`: which campaigns and days, their totals, what was left out, and where."""
    days = " ".join(part for part in (since and f"from {since}", until and f"to {until}") if part)
    placed = f", placed {days} (both days included; corrections by the day they were found)" if days else ""
    which = f"{count(report.campaigns, 'campaign')} in {report.environment}"
    others = [f"{count(number, 'campaign')} in {name}" for name, number in report.left_out.items()]
    rest = [f"Not included: {listed(others)}; choose with --environment."] if others else []
    return [f"Finance reports of {which}{placed}.", *map(_period, report.sums), *rest, *_where(report.reports)]


def _period(sums: PeriodSums) -> str:
    """`  190 lines of 10,585.00 USD, charged 10,840.30 USD.`"""
    lines = f"  {count(sums.lines, 'line')} of {cash(sums.total, sums.currency)}"
    if not sums.charged_currency:
        return f"{lines}, charge not stated."
    rate = ""
    if sums.charged_currency != sums.currency and sums.total:
        rate = f" (1 {sums.currency} at {sums.charged / sums.total:.6f} {sums.charged_currency})"
    return f"{lines}, charged {cash(sums.charged, sums.charged_currency)}{rate}."


def _checked(books: Books, worth: str = "") -> list[str]:
    good = books.rows.get(RowStatus.REJECTED, 0) + books.rows.get(RowStatus.HELD, 0)
    good = books.total_rows - good - books.dropped - books.sent_before.lines
    parts = [f"{count(good, 'row')} can be sent" + (f" ({worth})" if worth and good else "")]
    if rejected := books.rows.get(RowStatus.REJECTED, 0):
        parts.append(f"{count(rejected, 'row')} must be corrected")
    if held := books.rows.get(RowStatus.HELD, 0):
        parts.append(f"{count(held, 'row')} {'is' if held == 1 else 'are'} held for a decision")
    if before := books.sent_before.lines:
        parts.append(f"{count(before, 'row was', 'rows were')} sent before")
    if books.dropped:
        parts.append(f"{count(books.dropped, 'row was', 'rows were')} dropped")
    return [f"{_source(books)}: {count(books.total_rows, 'row')}. {listed(parts)}."]


def _asked(books: Books) -> list[str]:
    asked = {currency: sum(each.values(), Decimal(0)) for currency, each in books.amounts.items()}
    where = f"{books.environment} at {books.host}" if books.environment != "simulator" else "simulator"
    campaign = f"Campaign {books.order.campaign_id} ({where})"
    return [f"{campaign}: {count(books.total_rows, 'row')} of {_source(books)}, {per_currency(asked)} requested."]


def _happened(books: Books) -> list[str]:
    lines = []
    for status in BY_OUTCOME:
        if number := books.rows.get(status, 0):
            amounts = _amounts(books, status)
            worth = f": {per_currency(amounts)}" if any(amounts.values()) else ""
            lines.append(f"  {count(number, 'row')} {STATUS_TEXTS[status].state}{worth}.")
    return lines


def _problems(problems: ProblemTally) -> list[str]:
    shown = problems.examples[:EXAMPLES_SHOWN]
    more = problems.total - len(shown)
    rest = [f"  … and {count(more, 'more problem', 'more problems')}."] if more > 0 else []
    return [*(f"  {problem.sentence}" for problem in shown), *rest, *_held(problems), *_cautions(problems)]


def _held(problems: ProblemTally) -> list[str]:
    """Rows that wait for a decision, by example."""
    lines = [f"  Row {hold.row} is held. {hold.reason}" for hold in problems.held[:EXAMPLES_SHOWN]]
    more = sum(problems.holds.values()) - len(lines)
    return [*lines, *([f"  … and {count(more, 'more held row', 'more held rows')}."] if more > 0 else [])]


def _cautions(problems: ProblemTally) -> list[str]:
    """What is allowed, and may be a mistake all the same."""
    lines = [f"  Warning: {problem.sentence}" for problem in problems.cautions[:EXAMPLES_SHOWN]]
    more = problems.warnings - len(lines)
    return [*lines, *([f"  … and {count(more, 'more warning', 'more warnings')}."] if more > 0 else [])]


def _todo(problems: ProblemTally) -> list[str]:
    parts = todo(problems)
    if not parts:
        return []
    words = listed(parts)
    return [f"To do: {words[0].lower()}{words[1:]}."]


def _tie(books: Books) -> list[str]:
    findings = [f"  {finding.text}" for finding in books.findings]
    money = [f"  {came_to(sums)}" for sums in books.sums]
    if books.ties_out:
        return ["The books tie out: every row has one status, and the money adds up.", *money, *findings]
    return ["THE BOOKS DO NOT TIE OUT:", *money, *findings]


def _notes(books: Books) -> list[str]:
    return [f"Note: {note}" for note in notes(books)]


def _next(books: Books, reports: Mapping[str, Path]) -> list[str]:
    steps = next_steps(books, reports.get("failures.xlsx"))
    if not steps:
        return ["Nothing left to do."]
    return ["Next steps:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))]


def _where(reports: Mapping[str, Path]) -> list[str]:
    if not reports:
        return []
    folders = sorted({str(path.parent) for path in reports.values()})
    names = listed([path.name for path in reports.values()])
    return [f"Reports in {listed(folders)}: {names}."]


def _amounts(books: Books, status: RowStatus) -> dict[str, Decimal]:
    return {currency: each.get(status, Decimal(0)) for currency, each in sorted(books.amounts.items())}


def _source(books: Books) -> str:
    name = Path(books.source).name
    return f'{name}, sheet "{books.sheet}"' if books.sheet else name


def purged(erased: Erased, nothing: str, window: int, *, dry_run: bool) -> Iterator[str]:
    """What was erased, what stays, and what to do about the rest."""
    parts = [(erased.files, "file"), (erased.orders, "order"), (erased.lines, "line")]
    copies = erased.simulator_orders
    if not any(number for number, _ in parts) and not copies:
        if late := erased.hashes:
            yield f"The keyed hashes of {count(late, 'line')} were erased: campaigns are no longer compared with them."
        elif not erased.open:
            yield nothing
    else:
        what = f"{count(erased.files, 'file')} and the contents of {count(erased.orders, 'order')}"
        if copies:
            what += f", and {count(copies, 'order')} in the simulator,"
        if dry_run:
            yield f"{what} would be erased. Nothing was erased (--dry-run)."
        else:
            yield f"{what} erased. References, amounts, statuses, totals and the chain of events stay."
            yield (
                f"The keyed hashes by which recipients are recognised stay for {window} days after sending, so that "
                "nobody is rewarded twice; the next purge after that erases them."
            )
    if still := erased.open:
        yield f"{count(still, 'order or file', 'orders or files')} with lines that are not final: run purge again later."
    if typed := erased.events:
        yield (
            f"{count(typed, 'event')} of the audit log {'names' if typed == 1 else 'name'} the recipient, in a reason. "
            "They stay, because removing them would break the chain."
        )
    if erased.accounts:
        yield (
            "The address belongs to an account. The account and its actions stay, because the audit log names it; "
            "disable it "
            "with: campaign-runner user disable EMAIL"
        )
    if erased.uncleared:
        yield (
            "The ledger is in use or the disk is full, so free pages of the ledger may still contain deleted data. Run "
            "the same command again when nothing else uses it."
        )
    if erased.log_rows:
        yield f"{count(erased.log_rows, 'row')} of sign-ins, sessions and technical logs erased."
    if deleted := len(erased.deleted):
        yield f"{count(deleted, 'report or copy of the ledger', 'reports and copies of the ledger')} deleted."
    if reports := erased.reports:
        yield "These files still contain names or contact data. Delete them, or write them again (campaign-runner reports):"
        yield from (f"  {path}" for path in reports)


# Of this many changed rows the screen shows what changed.
CHANGES_SHOWN = 10
_SINCE = {
    "upload": "Since {file} of {day}, which was planned last",
    "approved": "Since the plan approved last ({file}, {day})",
}


def differences(compared: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Which rows are not as in the file planned last, and in that of the plan approved last."""
    for name, since in compared.items():
        counts = ", ".join(f"{count(number, 'row')} {kind}" for kind, number in since["rows"].items())
        about = _SINCE[name].format(file=since["file"], day=day(since["at"]))
        yield f"{about}: {counts or 'no row changed' if since['whole'] else 'too long to compare row by row'}."
        for one in since["changes"][:CHANGES_SHOWN]:
            fields = (f'{header} "{one["before"][header]}" → "{one["after"][header]}"' for header in one["before"])
            yield f"  Row {one['row']} {one['kind']}" + (f": {'; '.join(fields)}" if one["kind"] == "changed" else "")
        if (more := sum(since["rows"].values()) - CHANGES_SHOWN) > 0:
            yield f"  … and {more:,} more."
