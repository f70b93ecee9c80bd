"""How do the books of an upload come about?  Its file, the ledger and Tango's answers, brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campaign_runner.ledger import Ledger, events, order_sums, row_status, tie_out
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.model import Books, ChargedElsewhere, OpenBooks, Order, RawTable, Sums
from campaign_runner.model.money import from_units
from campaign_runner.reconciliation import doubts, file_findings, findings
from campaign_runner.reconciliation.foreseen import BATCH_WORDS, add_up
from campaign_runner.reconciliation.repairs import Repair, Whole
from campaign_runner.reconciliation.row_pages import Earlier, LedgerPages


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
            *file_findings.rows_lost(counts, expected), *findings.conflicts(states),
            *doubts.two_rewards(connection, campaign_key, upload.id), *doubts.orders(connection, campaign_key),
            *doubts.not_sent_again(connection, campaign_key),
            *findings.money(connection, campaign_key, upload.id, rows_of=whole.rows_of() if whole else {}),
            *findings.corrections(connection, campaign_key, upload.id), *file_findings.unread(tally),
            *findings.elsewhere(strays),
            *file_findings.unread_sheets(table.unread),
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


def _batches(states: Mapping[str, int]) -> dict[str, int]:
    return {word: sum(states.get(state, 0) for state in members) for word, members in BATCH_WORDS.items()}


def _sums(currency: str, planned: int, placed: int, charged: int, lines: int) -> Sums:
    return Sums(currency, from_units(planned), from_units(placed), from_units(charged), lines)


def _foreign(charge: tie_out.Foreign) -> ChargedElsewhere:
    return ChargedElsewhere(
        charge.currency, charge.charged_currency, charge.lines, from_units(charge.units), from_units(charge.charged)
    )
