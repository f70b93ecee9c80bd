"""Would people be sent the same reward by two campaigns?  Asked in the transaction that plans, and in the one that sends.

Anyone who plans second sees what the first one planned, for plans are written one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, text

from campaign_runner.ledger.bulk import fetched
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.decision_tables import releases
from campaign_runner.ledger.schema import batches, campaigns, events, line_items, uploads
from campaign_runner.ledger.sent_lines import RELEASED, elsewhere

PLANNING = 7_226_446_202  # the lock under which plans are written
_AT_ONCE = 500
_PLANNED = Prepared(
    select(func.coalesce(func.max(events.c.id), 0)).where(
        events.c.campaign == bindparam("campaign"), events.c.kind == "file planned"
    )
)
_OTHERS = Prepared(
    select(events.c.id).where(events.c.id > bindparam("seen"), events.c.campaign != bindparam("campaign")).limit(1)
)
_NEWEST = Prepared(select(func.coalesce(func.max(events.c.id), 0)))


class Overlap(NamedTuple):
    """A line whose recipient another campaign was sent for, or is about to be, since it was planned or released."""

    reference: str
    row: int
    campaign: str
    day: str

    @property
    def sentence(self) -> str:
        """Why it was not sent."""
        when = f"was sent the same reward in the campaign {self.campaign} on {self.day}"
        planned = f"was about to be sent the same reward in the campaign {self.campaign}"
        return f"It was not sent: the same person {when if self.day else planned}."


class Overtaken(Exception):
    """Another campaign was faster with recipients of this order: the file is to be planned again."""

    def __init__(self, overlaps: Collection[Overlap]) -> None:
        super().__init__(f"{len(overlaps)} lines")
        self.overlaps = tuple(overlaps)


def one_plan_at_a_time(connection: Connection) -> None:
    """Until the end of this transaction nobody else writes a plan; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PLANNING})


def moved(connection: Connection, campaign_key: int, seen: int) -> bool:
    """Whether anything happened in other campaigns since the event `seen`."""
    return _OTHERS(connection, {"seen": seen, "campaign": campaign_key}).fetchone() is not None


@dataclass
class Watch:
    """Looks at each order before it is sent, as long as a process sends; `since`: how far back others count."""

    campaign: int
    environment: str
    since: str
    _seen: int = -1
    _moved: bool = field(default=False)

    def look(self, connection: Connection, batch: int, attempt: int) -> list[Overlap]:
        """The overlapping lines of an order, in the transaction that marks it as sending."""
        if not (self._others_moved(connection) or attempt > 1):
            return []
        return list(_overlaps(connection, self, line_items.c.batch == batch))

    def failed(self, connection: Connection, lines: Collection[int]) -> dict[int, Overlap]:
        """Of these failed lines, by number, those whose recipients another campaign sent the same since."""
        numbers, overlaps = sorted(lines), dict[int, Overlap]()
        for start in range(0, len(numbers), _AT_ONCE):
            mine = line_items.c.id.in_(numbers[start : start + _AT_ONCE])
            named = select(line_items.c.reference, line_items.c.id).where(mine)
            by_reference = {str(reference): int(number) for reference, number in connection.execute(named)}
            overlaps |= {by_reference[one.reference]: one for one in _overlaps(connection, self, mine)}
        return overlaps

    def _others_moved(self, connection: Connection) -> bool:
        if not self._moved:
            if self._seen < 0:
                self._seen = int(_PLANNED(connection, {"campaign": self.campaign}).fetchone()[0])
            newest = int(_NEWEST(connection).fetchone()[0])
            self._moved = moved(connection, self.campaign, self._seen)
            self._seen = newest
        return self._moved


def _overlaps(connection: Connection, watch: Watch, which: ColumnElement[bool]) -> Iterator[Overlap]:
    mine = select(line_items.c.contact, line_items.c.reference, line_items.c.row, releases.c.at).outerjoin(
        releases, (releases.c.campaign == line_items.c.campaign) & (releases.c.reference == line_items.c.reference)
        & (releases.c.decision == RELEASED),
    )  # fmt: skip
    lines = fetched(connection, mine.where(which, line_items.c.contact.is_not(None)))
    for start in range(0, len(lines), _AT_ONCE):
        contacts = {bytes(contact): (reference, row, released or "") for contact, reference, row, released
                in lines[start : start + _AT_ONCE]}  # fmt: skip
        planned = select(uploads.c.created_at).where(uploads.c.id == line_items.c.upload).scalar_subquery()
        columns = [line_items.c.contact, campaigns.c.campaign_id, func.substr(batches.c.sent_at, 1, 10), planned]
        query = elsewhere(watch.campaign, watch.environment, watch.since, columns)
        overlaps: dict[bytes, Overlap] = {}
        for contact, campaign, day, at in fetched(connection, query.where(line_items.c.contact.in_(list(contacts)))):
            reference, row, released = contacts[bytes(contact)]
            if not released or at is None or at > released:  # what was known when it was released does not count
                overlaps.setdefault(bytes(contact), Overlap(reference, row, campaign, day))
        yield from overlaps.values()
