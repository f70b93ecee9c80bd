"""What does an auditor ask?  Is the log whole, what happened in order, and what was erased when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import Connection

from campaign_runner.ledger import Ledger, events, order_sums, verification
from campaign_runner.ledger.newest_heads import has
from campaign_runner.ledger.opening import look_into
from campaign_runner.model.plan_facts import StatedHead
from campaign_runner.model.wording import day


@dataclass(frozen=True)
class LogCheck:
    """The chain of events: how many, its head, and the number of the first that does not fit (None: whole), and `why`.

    `differing` = orders of which the sums that the ledger keeps are not those of their lines; `differences` = what in
    the ledger is not as the events say; `proven` = heads that were asked for, with the number of their event, `missing`
    = those that the chain does not hold; `unproven` = keys that are not here, with how many events were signed with
    them; `operator` = whether the newest event is signed with the operator's key.
    """

    events: int
    head: str
    broken: int | None
    differing: int
    why: str = ""
    differences: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    proven: Mapping[str, int] = field(default_factory=dict)
    unproven: Mapping[str, int] = field(default_factory=dict)
    operator: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is amiss."""
        return self.broken is None and not (self.differing or self.differences or self.missing or self.unproven)


def verify_log(state: Path, url: str = "", heads: Sequence[StatedHead] = ()) -> LogCheck:
    """Follow the chain of events from the first to the last, compare every table with it, and add up every line.

    `heads` were noted before: the chain must still hold them.
    """
    with look_into(state, url) as ledger, ledger.read() as connection:
        broken = events.first_broken(connection)
        numbers = {head: _number_of(connection, head) for head in heads}
        return LogCheck(
            events.count(connection), events.head(connection), broken.number if broken else None,
            len(order_sums.differing(connection)), broken.why if broken else "",
            tuple(verification.differences(connection)),
            (*(f"The chain does not hold {head}" for head, number in numbers.items() if number is None),
             *_noted_beside(ledger, connection)),
            {head.digest: number for head, number in numbers.items() if number is not None},
            events.unproven(connection), events.by_operator(connection),
        )  # fmt: skip


def _noted_beside(ledger: Ledger, connection: Connection) -> Iterator[str]:
    """Heads that runs noted in the state folder, which outlive the ledger, and that the chain does not hold."""
    for name in ledger.notes.names():
        noted = ledger.notes.read(name)
        if noted and not has(connection, noted):
            yield f"The chain does not hold event {noted.event}, noted beside the ledger on {day(noted.at)} ({name})"


def _number_of(connection: Connection, head: StatedHead) -> int | None:
    """The number of the event with this hash, where it is the one that was noted."""
    number = events.number_of(connection, head.digest)
    return number if head.events in (None, number) else None


def export_log(state: Path, url: str = "") -> Iterator[bytes]:
    """Every event as a line of JSON, oldest first."""
    with look_into(state, url) as ledger, ledger.read() as connection:
        for event in events.every(connection):
            yield orjson.dumps(event) + b"\n"


def wanted_heads(head: str, report: Path | None) -> list[StatedHead]:
    """The heads to prove: one as typed, and those that a report names; raises UsageError."""
    from campaign_runner.reporting import ledger_stamp

    return [*([ledger_stamp.given(head)] if head else []), *(ledger_stamp.of_report(report) if report else [])]
