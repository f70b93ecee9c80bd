"""What became of every row, and do the books close?  The file, the ledger and Tango's answers, brought together.

Every row of the upload has exactly one status. The counts of the statuses must add up to the rows of the file, and
their money to what the file asked for; whatever does not, or needs a person, is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from campaign_runner.errors import ExitCode
from campaign_runner.ledger import Ledger, events, rows
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.lifecycle import NEEDS_ACTION, BatchState, RowStatus
from campaign_runner.model import PLACED_COLUMNS, Books, Finding, Order, RawTable, StatedRows
from campaign_runner.money import from_units, text

# What `summary.json` calls the states of the batches.
BATCH_WORDS: dict[str, tuple[BatchState, ...]] = {
    "planned": tuple(s for s in BatchState if s is not BatchState.REPLACED),
    "accepted": (BatchState.ACCEPTED, BatchState.FINAL),
    "unknown": (BatchState.SENDING, BatchState.UNKNOWN, BatchState.CONFLICT),
    "refused": (BatchState.REFUSED,),
}

if TYPE_CHECKING:
    from sqlalchemy import Connection

Tally = Iterable[tuple[str, str, int, int]]


def reconcile(
    ledger: Ledger,
    campaign: int,
    upload: Upload,
    table: RawTable,
    *,
    order: Order,
    environment: str,
    stopped: str = "",
) -> Books:
    """The books of one upload. `table` is the upload as intake reads it."""
    with ledger.read() as connection:
        tally = rows.tally(connection, upload.id)
        states = rows.batch_counts(connection, campaign)
        strays = rows.lines_elsewhere(connection, campaign, upload.id)

    def between(first: int, last: int) -> list[tuple[object, ...]]:
        with ledger.read() as connection:
            return rows.stated(connection, upload.id, first, last)

    counts, amounts = add_up(tally)
    findings = [*_unread(tally), *_strays(strays), *_states(states), *_missing(counts, upload.rows)]
    return Books(
        order=order, environment=environment, source=table.source, sheet=table.sheet, columns=table.columns,
        notes=table.notes, rows=counts, amounts=amounts, batches=_batches(states), findings=tuple(findings),
        ties_out=all(finding.explained for finding in findings), stopped=stopped,
        stated=lambda: _stated(table, between), placed=lambda: _placed(ledger, campaign),
    )  # fmt: skip


def foresee(
    table: RawTable, tally: Tally, between: Callable[[int, int], list[tuple[object, ...]]], expected: int, planned: int,
    *, order: Order, environment: str,
) -> Books:  # fmt: skip
    """The books as they would be if the plan were carried out now: valid rows are unsent, nothing was placed.

    `between(first, last)` gives `rows.STATED` tuples; `planned` is the number of batches.
    """
    tally = list(tally)
    counts, amounts = add_up(tally)
    findings = [*_unread(tally), *_missing(counts, expected)]
    return Books(
        order=order, environment=environment, source=table.source, sheet=table.sheet, columns=table.columns,
        notes=table.notes, rows=counts, amounts=amounts, batches=dict.fromkeys(BATCH_WORDS, 0) | {"planned": planned},
        findings=tuple(findings), ties_out=all(finding.explained for finding in findings), stopped="",
        stated=lambda: _stated(table, between), placed=lambda: iter(()),
    )  # fmt: skip


def standing(connection: Connection, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """How a campaign stands, in plain values: line items per status, face value per currency, events."""
    tally = rows.campaign_tally(connection, campaign["id"])
    lines: dict[str, int] = {}
    amounts: dict[str, Decimal] = {}
    for status, currency, number, units in tally:
        lines[status] = lines.get(status, 0) + number
        amounts[currency] = amounts.get(currency, Decimal(0)) + from_units(units)
    told = [{"at": event["at"], "text": _event(event)} for event in events.of_campaign(connection, campaign["id"])]
    return {
        "campaign": campaign["campaign_id"], "environment": campaign["environment"], "account": campaign["account"],
        "created_at": campaign["created_at"], "lines": {s: lines[s] for s in RowStatus if s in lines},
        "amounts": {currency: text(amount) for currency, amount in sorted(amounts.items())},
        "batches": rows.batch_counts(connection, campaign["id"]), "events": told,
    }  # fmt: skip


def _event(event: Mapping[str, Any]) -> str:
    data = ", ".join(f"{key} {value}" for key, value in event["data"].items() if not isinstance(value, dict))
    return f"{event['kind']}: {data}"


def exit_code(books: Books) -> ExitCode:
    """What a run that ended with these books returns."""
    if books.stopped:
        return ExitCode.STOPPED
    if not books.finished:
        return ExitCode.NOT_FINISHED
    unwell = any(books.rows[status] for status in NEEDS_ACTION) or not books.ties_out
    return ExitCode.NEEDS_ACTION if unwell else ExitCode.DONE


def checked_exit_code(books: Books) -> ExitCode:
    """What `check` and `plan` return: is every row of the file valid?"""
    faulty = books.rows[RowStatus.REJECTED] or books.rows[RowStatus.HELD]
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


def _unread(tally: Tally) -> Iterator[Finding]:
    unread = sum(number for _, _, number, units in tally if units < 0)
    if unread:
        them = "1 row has" if unread == 1 else f"{unread} rows have"
        yield Finding("unreadable amount", f"{them} an amount that cannot be read: counted as rows, not as money.")


def _strays(strays: Mapping[str, int]) -> Iterator[Finding]:
    """Lines of earlier files of this campaign that this file does not have."""
    number = sum(strays.values())
    if number:
        told = ", ".join(f"{count} {status}" for status, count in sorted(strays.items()))
        text = f"{number} line items placed from an earlier file of this campaign are not in this one ({told})."
        yield Finding("earlier file", text)


def _states(states: Mapping[str, int]) -> Iterator[Finding]:
    if number := states.get(BatchState.CONFLICT, 0):
        orders = "1 order" if number == 1 else f"{number} orders"
        text = (
            f"{orders} at Tango under our reference with other contents than ours: compare them in the Tango portal."
        )
        yield Finding("conflict", text, explained=False)


def _missing(counts: Mapping[str, int], expected: int) -> Iterator[Finding]:
    found = sum(counts.values())
    if found != expected:
        text = f"The file has {expected} rows, but {found} have a status: please report this fault with the ledger."
        yield Finding("rows lost", text, explained=False)


def _stated(table: RawTable, between: Callable[[int, int], list[tuple[object, ...]]]) -> Iterator[StatedRows]:
    for raw in table.chunks():
        index = raw.cells.index
        if index.empty:
            continue
        yield StatedRows(raw.cells, states_frame(between(int(index.min()), int(index.max())), index))


def states_frame(found: list[tuple[object, ...]], index: pd.Index) -> pd.DataFrame:
    """`rows.STATED` tuples as the states of these rows."""
    frame = pd.DataFrame(found, columns=list(rows.STATED)).set_index("row").reindex(index)
    frame["units"] = frame["units"].fillna(-1).astype("int64")
    texts = [name for name in frame.columns if name != "units"]
    frame[texts] = frame[texts].fillna("").astype("str")
    return frame


def _placed(ledger: Ledger, campaign: int) -> Iterator[pd.DataFrame]:
    with ledger.read() as connection:
        for some in rows.placed(connection, campaign):
            yield pd.DataFrame(some, columns=list(PLACED_COLUMNS))


def with_note(books: Books, note: str) -> Books:
    """The same books with one more note."""
    return replace(books, notes=(*books.notes, note))
