"""What would the books of a checked file be, and what do books mean for the exit code?"""

from __future__ import annotations

from decimal import Decimal

from campaign_runner.model import Books, OpenBooks, Order, RawTable
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.lifecycle import NEEDS_ACTION, BatchState, RowStatus
from campaign_runner.model.money import from_units
from campaign_runner.reconciliation import file_findings
from campaign_runner.reconciliation.draft_pages import Between, DraftPages
from campaign_runner.reconciliation.file_findings import Tally

# What `summary.json` calls the states of the batches.
BATCH_WORDS: dict[str, tuple[BatchState, ...]] = {
    "planned": tuple(s for s in BatchState if s is not BatchState.REPLACED),
    "accepted": (BatchState.ACCEPTED, BatchState.FINAL),
    "unknown": (BatchState.SENDING, BatchState.UNKNOWN, BatchState.CONFLICT),
    "refused": (BatchState.REFUSED,),
}


def foresee(
    table: RawTable, tally: Tally, unwell: Between, expected: int, planned: int,
    *, order: Order, environment: str,
) -> OpenBooks:  # fmt: skip
    """The books as they would be if the plan were carried out now: valid rows are unsent, nothing was placed.

    `unwell(first, last)` gives the rows that need a person as columns of `rows.STATED`: of the draft's rows the books
    state these alone. `planned` is the number of batches.
    """
    tally = list(tally)
    counts, amounts = add_up(tally)
    facts = [
        *file_findings.rows_lost(counts, expected),
        *file_findings.unread(tally),
        *file_findings.unread_sheets(table.unread),
    ]
    books = Books(
        order=order, environment=environment, source=table.source, sheet=table.sheet, columns=table.columns,
        notes=table.notes, rows=counts, amounts=amounts, batches=dict.fromkeys(BATCH_WORDS, 0) | {"planned": planned},
        findings=tuple(facts), ties_out=all(finding.explained for finding in facts), stopped="", unread=table.unread,
    )  # fmt: skip
    return OpenBooks(books, DraftPages(table, unwell))


def exit_code(books: Books) -> ExitCode:
    """What a run that ended with these books returns."""
    if books.stopped:
        return ExitCode.STOPPED
    if not books.finished:
        return ExitCode.NOT_FINISHED
    waiting = sum(books.rows[status] for status in NEEDS_ACTION) - books.dropped
    unwell = waiting > 0 or not books.ties_out or books.unread
    return ExitCode.NEEDS_ACTION if unwell else ExitCode.DONE


def checked_exit_code(books: Books) -> ExitCode:
    """What `check` and `plan` return: is every row of the file valid?"""
    faulty = books.rows[RowStatus.REJECTED] or books.rows[RowStatus.HELD] or books.unread
    return ExitCode.NEEDS_ACTION if faulty else ExitCode.DONE


def add_up(tally: Tally) -> tuple[dict[str, int], dict[str, dict[str, Decimal]]]:
    """Rows per status, and money per currency and status; every status is there, if with 0."""
    counts = {str(status): 0 for status in RowStatus}
    amounts: dict[str, dict[str, Decimal]] = {}
    for status, currency, number, units in tally:
        counts[status] += number
        if units >= 0 and currency:
            sums = amounts.setdefault(currency, {str(each): Decimal(0) for each in RowStatus})
            sums[status] += from_units(units)
    return counts, dict(sorted(amounts.items()))
