"""What came of a run, that people are to be told?  Noted in the log of events, each thing once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession
from campaign_runner.ledger import Ledger, events, outcome_events, submissions
from campaign_runner.ledger.outcome_events import APPROVAL, CORRECTION, FINISHED, SHORT, STOPPED
from campaign_runner.model import Books, money
from campaign_runner.model.lifecycle import RowStatus

_PLACED = (RowStatus.COMPLETED, RowStatus.FAILED, RowStatus.CANCELLED)
_TO_CORRECT = (RowStatus.REJECTED, RowStatus.HELD, RowStatus.FAILED)
# What Tango says may name a recipient; what we say before it does not.
_FOREIGN = (" Tango says:", " Request ", '"')
_DAY = 10


def note_outcome(campaign: CampaignSession, books: Books) -> Books:
    """Note what became of a file that was sent or followed; the books then name the newest event."""
    if not campaign.ledger.holds:
        return books
    with campaign.ledger.read() as connection:
        newest = submissions.latest(connection, campaign.key)
    wanted = _outcomes(books, campaign.runtime.at(), newest.number if newest else 0)
    if not wanted:
        return books
    with campaign.ledger.write("note an outcome") as connection:
        made = [
            outcome_events.note(connection, campaign.key, campaign.runtime.at(), kind, same, **data)
            for kind, same, data in wanted
        ]
        if not any(made):
            return books
        return replace(books, ledger_head=events.head(connection), ledger_events=events.count(connection))


def note_approval(runtime: Runtime, ledger: Ledger, campaign_key: int, plan: str) -> None:
    """A plan was refused because nobody has approved it yet."""
    with ledger.write("note an outcome") as connection:
        outcome_events.note(connection, campaign_key, runtime.at(), APPROVAL, plan=plan)


def note_funds(runtime: Runtime, ledger: Ledger, campaign_key: int, short: str) -> None:
    """The account does not hold what is planned; told once a day."""
    day = runtime.at()[:_DAY]
    with ledger.write("note an outcome") as connection:
        outcome_events.note(connection, campaign_key, runtime.at(), SHORT, ("day",), day=day, why=short)


def to_correct(rows: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """The facts of `CORRECTION`, by the counts of a summary (without any: the file cannot be used); {} where nothing is to
    be corrected."""
    if not rows:
        return {"rows": {}, "total": 0, "number": number, "unusable": True}
    counts = {status.value: int(rows.get(status.value, 0)) for status in _TO_CORRECT if rows.get(status.value)}
    return {"rows": counts, "total": int(rows["total"]), "number": number} if counts else {}


def _outcomes(books: Books, at: str, number: int) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    rows = {status.value: books.rows.get(status, 0) for status in RowStatus}
    outcomes: list[tuple[str, tuple[str, ...], dict[str, Any]]] = []
    if books.stopped:
        short = "not enough funds" in books.stopped
        why = _ours(books.stopped)
        kind = SHORT if short else STOPPED
        outcomes.append(
            (kind, ("day",) if short else ("day", "cause"), {"day": at[:_DAY], "cause": why[:40], "why": why})
        )
    if to := to_correct({**rows, "total": books.total_rows}, number):
        outcomes.append((CORRECTION, (), to))
    if books.finished and not books.stopped and any(rows[status.value] for status in _PLACED):
        amounts = {
            currency: {status.value: money.text(by[status]) for status in RowStatus if by.get(status)}
            for currency, by in sorted(books.amounts.items())
        }
        outcomes.append((FINISHED, (), {"rows": rows, "amounts": amounts, "ties_out": books.ties_out}))
    return outcomes


def _ours(stopped: str) -> str:
    """Our own words on why it stopped."""
    for mark in _FOREIGN:
        stopped = stopped.partition(mark)[0]
    return stopped[:300]
