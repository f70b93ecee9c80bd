"""What should a person know, or settle, before the books are closed?  Each difference with the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from campaign_runner.ledger import tieout
from campaign_runner.ledger.tieout import Difference
from campaign_runner.lifecycle import BatchState
from campaign_runner.model import Finding
from campaign_runner.money import from_units, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

Tally = Iterable[tuple[str, str, int, int]]

# question: (kind, sentence with {lines}, {money} and {rows}, whether it is explained)
_MONEY = {
    tieout.charged_otherwise: (
        "charged otherwise",
        "Tango charged {money} more (or, below zero, less) than face value, fees and shipping for {lines}: {rows}.",
        False,
    ),
    tieout.stated_otherwise: (
        "other amounts",
        "Tango states another amount or currency than ours for {lines} (difference {money}): {rows}.",
        False,
    ),
    tieout.not_refunded: (
        "refund expected",
        "Tango still states a charge of {money} for {lines} that failed or were cancelled; it refunds them: {rows}.",
        True,
    ),
    tieout.foreign: (
        "other currency",
        "{lines} were charged in the account's currency ({money} in all); the rate is Tango's, shown in finance.xlsx.",
        True,
    ),
}


def unread(tally: Tally) -> Iterator[Finding]:
    """Rows whose amount cannot be read are in the counts and not in the money."""
    number = sum(count for _, _, count, units in tally if units < 0)
    if number:
        them = "1 row has" if number == 1 else f"{number} rows have"
        yield Finding("unreadable amount", f"{them} an amount that cannot be read: counted as rows, not as money.")


def rows_lost(counts: Mapping[str, int], expected: int) -> Iterator[Finding]:
    """Every row of the file has one status."""
    found = sum(counts.values())
    if found != expected:
        told = f"The file has {expected} rows, but {found} have a status: please report this fault with the ledger."
        yield Finding("rows lost", told, explained=False)


def elsewhere(strays: Mapping[str, int]) -> Iterator[Finding]:
    """Lines of earlier files of this campaign that this file does not have."""
    number = sum(strays.values())
    if number:
        what = "1 line item" if number == 1 else f"{number} line items"
        each = ", ".join(f"{count} {status}" for status, count in sorted(strays.items()))
        told = f"{what} of an earlier file of this campaign are not in this one ({each}); finance.csv has them all."
        yield Finding("earlier file", told)


def conflicts(states: Mapping[str, int]) -> Iterator[Finding]:
    """Orders at Tango under our references that are not ours."""
    number = states.get(BatchState.CONFLICT, 0)
    if number:
        orders = "1 order" if number == 1 else f"{number} orders"
        told = (
            f"{orders} at Tango under our reference with other contents than ours: compare them in the Tango portal."
        )
        yield Finding("conflict", told, explained=False)


def money(connection: Connection, campaign: int) -> Iterator[Finding]:
    """Planned against placed against charged, and our view of each line against Tango's."""
    for question, (kind, sentence, explained) in _MONEY.items():
        for difference in question(connection, campaign):
            rows = tuple(row for row, _ in difference.examples)
            yield Finding(kind, sentence.format(**_words(difference)), rows, explained)


def corrections(connection: Connection, campaign: int) -> Iterator[Finding]:
    """What changed after it was final: the past stays, the change has its date."""
    told: dict[tuple[str, str, str], list[str]] = {}
    for at, data in tieout.corrections(connection, campaign):
        told.setdefault((at[:10], data["from"], data["to"]), []).append(data["line"])
    for (day, before, now), lines in told.items():
        words = "1 line was" if len(lines) == 1 else f"{len(lines)} lines were"
        few = ", ".join(lines[:3]) + (", …" if len(lines) > 3 else "")
        yield Finding("correction", f"Correction of {day}: {words} {before} and are {now} now: {few}.")


def _words(difference: Difference) -> dict[str, Any]:
    few = ", ".join(f"row {row}" for row, _ in difference.examples[:5])
    more = f" and {difference.lines - 5} more" if difference.lines > 5 else ""
    return {
        "lines": "1 line" if difference.lines == 1 else f"{difference.lines} lines",
        "money": f"{text(from_units(difference.units))} {difference.currency}",
        "rows": few + more,
    }
