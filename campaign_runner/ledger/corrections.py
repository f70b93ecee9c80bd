"""What changed after it had been booked?  Each change with its day, told from the log of events: the past stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from campaign_runner.ledger.line_columns import LINES
from campaign_runner.ledger.row_status import placed_lines
from campaign_runner.ledger.schema import batches, entries, events, line_items
from campaign_runner.model import PLACED_COLUMNS
from campaign_runner.model.lifecycle import RowStatus

KIND = "line corrected"
_AT_ONCE = 500
_STATUS, _CHARGED, _CHARGED_IN, _FEE, _SHIPPING = (
    PLACED_COLUMNS.index(name) for name in ("status", "charged", "charged_currency", "fee", "shipping_fee")
)


class Booked(NamedTuple):
    """What of a line stands in the books: its status, and what Tango says it charged, as plain text."""

    status: str
    charged: str = ""
    charged_currency: str = ""
    fee: str = ""
    shipping_fee: str = ""


ON_THEIR_WAY = Booked(RowStatus.PENDING)


class Correction(NamedTuple):
    """`placed` is the line as it is now (`model.PLACED_COLUMNS`), `row` its row in the newest file (0: not there)."""

    at: str
    row: int
    before: Booked
    after: Booked
    placed: tuple[Any, ...]


def told(reference: str, before: Booked, now: Booked) -> dict[str, Any]:
    """What the event says."""
    return {"line": reference, "from": before.status, "to": now.status, "before": before._asdict(),
            "after": now._asdict()}  # fmt: skip


def references(connection: Connection, campaign_key: int) -> frozenset[str]:
    """The lines of a campaign that were corrected."""
    return frozenset(data["line"] for _, data in _told(connection, campaign_key))


def had_failed(connection: Connection, campaign_key: int) -> frozenset[str]:
    """The lines of a campaign that were failed once and were corrected."""
    return frozenset(data["line"] for _, data in _told(connection, campaign_key) if data["from"] == RowStatus.FAILED)


def corrections(connection: Connection, campaign_key: int, upload: int) -> Iterator[list[Correction]]:
    """All corrections of a campaign, oldest first, some at a time; `upload` is the newest file."""
    every = _told(connection, campaign_key)
    for start in range(0, len(every), _AT_ONCE):
        portion = every[start : start + _AT_ONCE]
        lines = placed_lines(connection, campaign_key, {data["line"] for _, data in portion})
        numbers = _rows(connection, campaign_key, upload, lines)
        yield [
            Correction(at, numbers.get(data["line"], 0), *_booked(data), lines[data["line"]])
            for at, data in portion if data["line"] in lines and "before" in data
        ]  # fmt: skip


def settlements(connection: Connection, campaign_key: int, zone: str = "") -> Iterator[list[Correction]]:
    """What was learned of lines on a later day than the one they were placed on, as changes of that day: a charge that
    was stated while they were on their way, and what first became of them, whatever came later. Days are those of a time
    zone ("" = UTC)."""
    first: dict[str, Booked] = {}
    for _, data in _told(connection, campaign_key):
        first.setdefault(data["line"], _booked(data)[0])
    times = (batches.c.sent_at, line_items.c.charged_at, line_items.c.final_at)
    query = select(line_items.c.reference, *times).select_from(LINES).order_by(line_items.c.id)
    query = query.where(line_items.c.campaign == campaign_key, batches.c.sent_at != "")
    later = [_may_be_later(times[0], time, zone) for time in times[1:]]
    every = connection.execute(query.where(or_(*later))).all()
    for start in range(0, len(every), _AT_ONCE):
        part = every[start : start + _AT_ONCE]
        lines = placed_lines(connection, campaign_key, {row[0] for row in part})
        yield [
            Correction(at, 0, before, after, lines[reference])
            for reference, *when in part if reference in lines
            for at, before, after in _learned(first.get(reference) or _as_placed(lines[reference]), zone, *map(str, when))
        ]  # fmt: skip


def _may_be_later(placed: ColumnElement[str], time: ColumnElement[str], zone: str) -> ColumnElement[bool]:
    """Whether a time is of a later UTC day, or a midnight of the zone lies between both on the same one."""
    days, clocks = ([func.substr(each, *part) for each in (placed, time)] for part in ((1, 10), (12, 5)))
    between = [and_(clocks[0] < midnight, clocks[1] >= midnight) for midnight in _midnights(zone)]
    return or_(days[1] > days[0], and_(time != "", *([or_(*between)] if between else [false()])))


def _midnights(zone: str) -> set[str]:
    """The UTC times of day of a zone's midnights over the year: two, where there is summer time."""
    months = [datetime(2026, month, 1, tzinfo=ZoneInfo(zone)) for month in range(1, 13)] if zone else []
    return {f"{moment.astimezone(UTC):%H:%M}" for moment in months} - {"00:00"}


def _learned(
    booked: Booked, zone: str, placed: str, charged: str, final: str
) -> Iterator[tuple[str, Booked, Booked]]:
    """(time, before, after) of each later day; `booked` is what first became of a line, or how it is now."""
    known = booked._replace(status=RowStatus.PENDING)
    days = [_day(time, zone) for time in (placed, charged, final)]
    before = known if days[1] and days[1] <= days[0] else ON_THEIR_WAY
    if days[1] > days[0] and (not final or days[1] < days[2]):
        yield charged, before, known
        before = known
    if days[2] > days[0]:
        yield final, before, booked


def _day(moment: str, zone: str) -> str:
    if not zone or not moment:
        return moment[:10]
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date().isoformat()


def plain(amount: Decimal | None) -> str:
    """An amount as the ledger keeps it; "" is not stated."""
    return "" if amount is None else f"{amount:f}"


def _told(connection: Connection, campaign_key: int) -> list[tuple[str, dict[str, Any]]]:
    query = select(events.c.at, events.c.data).where(events.c.campaign == campaign_key, events.c.kind == KIND)
    return [(str(at), orjson.loads(data)) for at, data in connection.execute(query.order_by(events.c.id))]


def _as_placed(line: tuple[Any, ...]) -> Booked:
    return Booked(*(str(line[place] or "") for place in (_STATUS, _CHARGED, _CHARGED_IN, _FEE, _SHIPPING)))


def _booked(data: Mapping[str, Any]) -> tuple[Booked, Booked]:
    return Booked(**data["before"]), Booked(**data["after"])


def _rows(connection: Connection, campaign_key: int, upload: int, lines: Mapping[str, Any]) -> dict[str, int]:
    """The row of each line in an upload: its own, that of the attempt that followed it, or the one that knows it."""
    newest = line_items.alias("newest")
    same = (newest.c.upload == line_items.c.upload, newest.c.row == line_items.c.row,
            newest.c.identity == line_items.c.identity, newest.c.superseded.is_(False))  # fmt: skip
    query = select(line_items.c.reference, newest.c.id, line_items.c.upload, line_items.c.row)
    query = query.join(newest, (same[0] & same[1]) & (same[2] & same[3])).where(line_items.c.reference.in_(lines))
    query = query.where(line_items.c.campaign == campaign_key)
    rows = connection.execute(query).all()
    ids = [number for _, number, where, _ in rows if where != upload]
    others = select(entries.c.line, entries.c.row).where(entries.c.upload == upload, entries.c.line.in_(ids))
    known: dict[int, int] = {int(line): int(row) for line, row in connection.execute(others)} if ids else {}
    return {
        reference: row if where == upload else known.get(number, 0) for reference, number, where, row in rows
    }  # fmt: skip
