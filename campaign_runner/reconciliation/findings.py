"""What should a person know, or settle, before the books are closed?  Each difference with the rows behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from campaign_runner.ledger import tie_out
from campaign_runner.ledger.corrections import Correction
from campaign_runner.ledger.corrections import corrections as every
from campaign_runner.ledger.tie_out import ALWAYS, Difference, Foreign, Period
from campaign_runner.model import PLACED_COLUMNS, Finding
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.model.money import from_units, text
from campaign_runner.model.wording import cash

if TYPE_CHECKING:
    from sqlalchemy import Connection

# question: (kind, sentence with {lines}, {money} and {rows}, whether it is explained)
_MONEY = {
    tie_out.charged_otherwise: (
        "charged otherwise",
        "Tango charged {money} more (or, below zero, less) than face value, fees and shipping for {lines}: {rows}.",
        False,
    ),
    tie_out.stated_otherwise: (
        "other amounts",
        "Tango states another amount or currency than ours for {lines} (difference {money}): {rows}.",
        False,
    ),
    tie_out.not_understood: (
        "not understood",
        "Tango has the order, but does not show {lines} of it or reports an unknown status for them ({money}): {rows}. "
        "Compare with the Tango portal; nothing is sent again for them.",
        False,
    ),
    tie_out.not_refunded: (
        "refund expected",
        "Tango still states a charge of {money} for {lines}, failed or cancelled, and refunds it: {rows}.",
        True,
    ),
    tie_out.not_stated: (
        "charge not stated",
        "Tango has not stated what it charged for {lines}, completed ({money}): {rows}. Compare with Tango's statement: "
        "campaign-runner reconcile --statement FILE.",
        True,
    ),
}
SHOWN, LISTED = 20, 1000
# How an attempt is called that was placed again since.
_ATTEMPTS = {0: "", 1: "first attempt of "}
_QUANTITY, _FACE, _CURRENCY = (PLACED_COLUMNS.index(name) for name in ("quantity", "face_units", "currency"))


def elsewhere(strays: Mapping[str, int]) -> Iterator[Finding]:
    """Lines of earlier files of this campaign that this file does not have."""
    number = sum(strays.values())
    if number:
        what = "1 line item" if number == 1 else f"{number:,} line items"
        each = ", ".join(f"{count:,} {status}" for status, count in sorted(strays.items()))
        are, them = ("is", "has it") if number == 1 else ("are", "has them all")
        sentence = f"{what} of an earlier file of this campaign {are} not in this one ({each}); finance.csv {them}."
        yield Finding("earlier file", sentence)


def conflicts(states: Mapping[str, int]) -> Iterator[Finding]:
    """Orders at Tango under our references that are not ours."""
    number = states.get(BatchState.CONFLICT, 0)
    if number:
        orders = "1 order" if number == 1 else f"{number:,} orders"
        sentence = (
            f"{orders} at Tango under our reference with other contents than ours: compare them in the Tango portal."
        )
        yield Finding("conflict", sentence, explained=False)


def money(
    connection: Connection, campaign_key: int, upload: int, period: Period = ALWAYS, *,
    rows_of: Mapping[str, int] | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """Planned against placed against charged, and our view of each line against Tango's; of lines placed in `period`.

    `rows_of`: rows of lines that the upload has only by its repairs, by reference.
    """
    if not tie_out.is_anything_odd(connection, campaign_key):
        return
    known = rows_of or {}
    for question, (kind, sentence, explained) in _MONEY.items():
        for difference in question(connection, campaign_key, upload, period):
            named = tuple((row or known.get(name, 0), name, attempt) for row, name, attempt in difference.examples)
            difference = difference._replace(examples=named)
            rows = tuple(dict.fromkeys(row for row, *_ in difference.examples if row))
            yield Finding(kind, sentence.format(**_words(difference)), rows, explained)
    for foreign in tie_out.foreign(connection, campaign_key, period):
        yield Finding("other currency", _charged_in(foreign), explained=True)


def corrections(connection: Connection, campaign_key: int, upload: int, period: Period = ALWAYS) -> Iterator[Finding]:
    """What changed after it was final, and was found in `period`: the past stays, the change has its date."""
    grouped: dict[tuple[str, str, str, str], list[Correction]] = {}
    first, after = period
    for portion in every(connection, campaign_key, upload):
        for each in (each for each in portion if first <= each.at < (after or "9")):
            currency = str(each.placed[_CURRENCY])
            grouped.setdefault((each.at[:10], each.before.status, each.after.status, currency), []).append(each)
    for key, lines in grouped.items():
        rows = tuple(dict.fromkeys(each.row for each in lines if each.row))[:SHOWN]
        yield Finding("correction", _corrected(*key, lines), rows)


def first_corrections(connection: Connection, campaign_key: int, upload: int) -> list[dict[str, Any]]:
    """The first thousand corrections in plain values; `row` is None where the newest file has none."""
    first = islice((each for portion in every(connection, campaign_key, upload) for each in portion), LISTED)
    return [
        {
            "date": each.at[:10], "row": each.row or None, "reference": each.placed[0], "from": each.before.status,
            "to": each.after.status, "amount": text(from_units(each.placed[_QUANTITY] * each.placed[_FACE])),
            "currency": each.placed[_CURRENCY], "charged_before": _amount(each.before.charged),
            "charged_after": _amount(each.after.charged), "charged_currency": each.after.charged_currency,
        }
        for each in first
    ]  # fmt: skip


def _amount(stated: str) -> str:
    return text(Decimal(stated)) if stated else ""


def _corrected(day: str, before: str, after: str, currency: str, lines: Sequence[Correction]) -> str:
    """`Correction of 2026-12-12: 1 line (25.00 USD) was completed and is cancelled now: row 2.`"""
    units = sum(each.placed[_QUANTITY] * each.placed[_FACE] for each in lines)
    number, was, now = ("1 line", "was", "is") if len(lines) == 1 else (f"{len(lines):,} lines", "were", "are")
    changed = f"{was} {before} and {now} {after} now" if before != after else f"{was} charged otherwise ({after})"
    where = _where([(each.row, str(each.placed[0]), 0) for each in lines[:SHOWN]], len(lines))
    return f"Correction of {day}: {number} ({cash(from_units(units), currency)}) {changed}: {where}."


def _charged_in(foreign: Foreign) -> str:
    """`2 lines of 89.25 EUR were charged 97.20 USD with fees and shipping: 1 EUR at 1.089076 USD.`"""
    lines = "1 line" if foreign.lines == 1 else f"{foreign.lines:,} lines"
    were = "was" if foreign.lines == 1 else "were"
    value, charged = text(from_units(foreign.units)), text(from_units(foreign.charged))
    rate = f"{foreign.charged / foreign.units:.6f}" if foreign.units else "0"
    return (
        f"{lines} of {value} {foreign.currency} {were} charged {charged} {foreign.charged_currency} with fees and "
        f"shipping: 1 {foreign.currency} at {rate} {foreign.charged_currency}."
    )


def _words(difference: Difference) -> dict[str, Any]:
    return {
        "lines": "1 line" if difference.lines == 1 else f"{difference.lines:,} lines",
        "money": f"{text(from_units(difference.units))} {difference.currency}",
        "rows": _where(difference.examples, difference.lines),
    }


def _where(examples: Sequence[tuple[int, str, int]], lines: int) -> str:
    """Rows of the newest file, or an earlier attempt of one; a line that it does not have is told by its reference."""
    named = dict.fromkeys(
        f"{_ATTEMPTS.get(attempt, f'attempt {attempt} of ')}row {row}" if row else f"{reference} of an earlier file"
        for row, reference, attempt in examples
    )
    few = list(named)[:5]
    more = lines - 5 if len(named) > 5 else 0
    return ", ".join(few) + (f" and {more:,} more" if more else "")
