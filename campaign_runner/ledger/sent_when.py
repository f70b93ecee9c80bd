"""What left in this call, and what had left before: when, and from which file?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union_all

from campaign_runner.ledger.bulk import fetched
from campaign_runner.ledger.line_columns import LINES, STATUS, UNITS
from campaign_runner.ledger.order_sums import CURRENT, TALLIES
from campaign_runner.ledger.schema import attempts, batches, entries, line_items, tallies, uploads
from campaign_runner.model import Outcome
from campaign_runner.model.lifecycle import LOST, BatchState

_DAY = func.substr(batches.c.sent_at, 1, 10)
_LINES_AT_ONCE = 10_000


class SentFromFile(NamedTuple):
    """Lines of one file that left on one day, in one currency. `file` is "" for orders found at Tango."""

    file: str
    day: str
    currency: str
    lines: int
    units: int


def sent_now(connection: Connection, campaign_key: int, since: int) -> list[tuple[str, int, int]]:
    """(currency, lines, units) of what left after the request number `since` (see `batches.last_attempt`)."""
    query = select(tallies.c.currency, func.sum(tallies.c.lines), func.sum(tallies.c.units)).select_from(TALLIES)
    query = query.where(tallies.c.campaign == campaign_key, _left_after(campaign_key, since)).group_by(
        tallies.c.currency
    )
    return [(str(currency), int(lines), int(units)) for currency, lines, units in connection.execute(query)]


def sent_before(connection: Connection, campaign_key: int, numbers: Sequence[int], since: int) -> list[SentFromFile]:
    """What had left by the request number `since` of the lines that these uploads have."""
    before = and_(batches.c.state != BatchState.PLANNED, ~_left_after(campaign_key, since))
    own = select(tallies.c.upload, _DAY, tallies.c.currency, func.sum(tallies.c.lines), func.sum(tallies.c.units))
    own = own.select_from(TALLIES).where(tallies.c.upload.in_(numbers), CURRENT, before)
    here = select(entries.c.line).where(entries.c.upload.in_(numbers), entries.c.line.is_not(None))
    known = _of_lines().where(line_items.c.id.in_(here), line_items.c.upload.not_in(numbers), before)
    query = union_all(
        own.group_by(tallies.c.upload, _DAY, tallies.c.currency),
        known.group_by(line_items.c.upload, _DAY, line_items.c.currency),
    )
    return _added_up(connection, connection.execute(query))


def sent_lines(connection: Connection, lines: Collection[int]) -> list[SentFromFile]:
    """When and from which file these lines left."""
    numbers = sorted(lines)
    rows: list[Any] = []
    for start in range(0, len(numbers), _LINES_AT_ONCE):
        query = _of_lines().where(line_items.c.id.in_(numbers[start : start + _LINES_AT_ONCE]))
        query = query.where(batches.c.state != BatchState.PLANNED)
        rows += connection.execute(query.group_by(line_items.c.upload, _DAY, line_items.c.currency)).all()
    return _added_up(connection, rows)


def value_since(connection: Connection, campaign_key: int, since: str, without: Collection[int]) -> dict[str, int]:
    """Per currency what a campaign sent from `since` on, or is to send once more, and did not lose; but for the lines
    in `without`."""
    lately = or_(batches.c.sent_at >= since, and_(batches.c.state == BatchState.PLANNED, batches.c.attempt > 1))
    query = select(line_items.c.id, line_items.c.currency, UNITS).select_from(LINES)
    query = query.where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), lately)
    units: Counter[str] = Counter()
    for line, currency, worth in fetched(connection, query.where(STATUS.not_in(LOST))):
        if line not in without:
            units[str(currency)] += int(worth)
    return dict(units)


def _of_lines() -> Any:
    columns = (line_items.c.upload, _DAY, line_items.c.currency, func.count(), func.sum(UNITS))
    return select(*columns).select_from(LINES)


def _left_after(campaign_key: int, since: int) -> ColumnElement[bool]:
    """Batches that were sent for the first time, or taken at last by Tango, after a request."""
    posted = select(attempts.c.reference).where(attempts.c.campaign == campaign_key, attempts.c.method == "POST")
    later = posted.where(attempts.c.id > since, attempts.c.outcome != Outcome.REPLAYED)
    first = and_(batches.c.reference.in_(later), batches.c.reference.not_in(posted.where(attempts.c.id <= since)))
    taken = batches.c.reference.in_(later.where(attempts.c.outcome == Outcome.ACCEPTED))
    return and_(batches.c.campaign == campaign_key, batches.c.state != BatchState.PLANNED, or_(first, taken))


def _added_up(connection: Connection, rows: Any) -> list[SentFromFile]:
    sums: dict[tuple[int, str, str], list[int]] = {}
    for upload, day, currency, lines, units in rows:
        both = sums.setdefault((int(upload), str(day), str(currency)), [0, 0])
        both[0] += int(lines)
        both[1] += int(units)
    names = dict(_names(connection, {upload for upload, _, _ in sums}))
    return [
        SentFromFile(names.get(upload, ""), day, currency, *both)
        for (upload, day, currency), both in sorted(sums.items())
    ]


def _names(connection: Connection, numbers: Collection[int]) -> Iterator[tuple[int, str]]:
    query = select(uploads.c.id, uploads.c.name).where(uploads.c.id.in_(sorted(numbers)))
    yield from ((int(number), str(name)) for number, name in connection.execute(query))
