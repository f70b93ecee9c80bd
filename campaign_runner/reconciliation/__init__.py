"""What became of every row, and do the books close?  The file, the ledger and Tango's answers, brought together.

Every row of the upload has exactly one status. The counts of the statuses must add up to the rows of the file, and
their money to what the file asked for; whatever does not, or needs a person, is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from campaign_runner.ledger import Ledger, events, order_sums, row_status, tie_out
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.model import Books, ChargedElsewhere, OpenBooks, Order, RawTable, Sums
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.lifecycle import NEEDS_ACTION, BatchState, RowStatus
from campaign_runner.model.money import from_units
from campaign_runner.reconciliation import doubts, findings
from campaign_runner.reconciliation.frames import states_frame
from campaign_runner.reconciliation.repairs import Repair, Whole
from campaign_runner.reconciliation.row_pages import Between, DraftPages, Earlier, LedgerPages, stated_rows

# What `summary.json` calls the states of the batches.
BATCH_WORDS: dict[str, tuple[BatchState, ...]] = {
    "planned": tuple(s for s in BatchState if s is not BatchState.REPLACED),
    "accepted": (BatchState.ACCEPTED, BatchState.FINAL),
    "unknown": (BatchState.SENDING, BatchState.UNKNOWN, BatchState.CONFLICT),
    "refused": (BatchState.REFUSED,),
}

__all__ = [
    "Repair",
    "add_up",
    "checked_exit_code",
    "exit_code",
    "foresee",
    "reconcile",
    "stated_rows",
    "states_frame",
]

Tally = Iterable[tuple[str, str, int, int]]


def reconcile(
    ledger: Ledger,
    campaign_key: int,
    upload: Upload,
    table: RawTable,
    *,
    order: Order,
    environment: str,
    stopped: str = "",
    earlier: Earlier = lambda: iter(()),
    repairs: Sequence[Repair] = (),
) -> OpenBooks:
    """The books of one upload. `table` is the upload as intake reads it, `earlier` as `BookPages.earlier`, `repairs` are
    the reports about it that were corrected and run: its rows are told as they were corrected last."""
    whole = Whole(ledger, campaign_key, upload.id, table.columns, repairs) if repairs else None
    with ledger.read() as connection:
        tally = row_status.tally(connection, upload.id)
        states = row_status.batch_counts(connection, campaign_key)
        strays = row_status.lines_elsewhere(connection, campaign_key, upload.id)
        dropped = row_status.dropped(connection, upload.id)

    if whole:
        tally, strays = whole.tally(tally), whole.strays(strays)
    expected = upload.rows + (len(whole.added) if whole else 0)
    counts, amounts = add_up(tally)
    with ledger.read() as connection:
        facts = [
            *findings.rows_lost(counts, expected), *findings.conflicts(states),
            *doubts.two_rewards(connection, campaign_key, upload.id), *doubts.orders(connection, campaign_key),
            *doubts.not_sent_again(connection, campaign_key),
            *findings.money(connection, campaign_key, upload.id, rows_of=whole.rows_of() if whole else {}),
            *findings.corrections(connection, campaign_key, upload.id), *findings.unread(tally),
            *findings.elsewhere(strays),
            *findings.unread_sheets(table.unread),
        ]  # fmt: skip
        told_first = findings.first_corrections(connection, campaign_key, upload.id)
        number, head = events.end(connection)
        sums = tuple(_sums(*each) for each in order_sums.books(connection, campaign_key))
        foreign = tuple(_foreign(each) for each in tie_out.foreign(connection, campaign_key))
    books = Books(
        order=order, environment=environment, source=table.source, sheet=table.sheet, columns=table.columns,
        notes=table.notes, rows=counts, amounts=amounts, batches=_batches(states), findings=tuple(facts),
        ties_out=all(finding.explained for finding in facts), stopped=stopped, ledger_head=head, ledger_events=number,
        sums=sums, corrected=tuple(told_first), dropped=dropped, foreign=foreign, unread=table.unread,
    )  # fmt: skip
    return OpenBooks(books, LedgerPages(ledger, campaign_key, upload.id, table, whole, earlier))


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
    facts = [*findings.rows_lost(counts, expected), *findings.unread(tally), *findings.unread_sheets(table.unread)]
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


def _batches(states: Mapping[str, int]) -> dict[str, int]:
    return {word: sum(states.get(state, 0) for state in members) for word, members in BATCH_WORDS.items()}


def _sums(currency: str, planned: int, placed: int, charged: int, lines: int) -> Sums:
    return Sums(currency, from_units(planned), from_units(placed), from_units(charged), lines)


def _foreign(charge: tie_out.Foreign) -> ChargedElsewhere:
    return ChargedElsewhere(
        charge.currency, charge.charged_currency, charge.lines, from_units(charge.units), from_units(charge.charged)
    )
