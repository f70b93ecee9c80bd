"""What became of the rows of an upload, and of the lines of a campaign?  Read for reconciliation and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select

from campaign_runner.ledger import order_sums
from campaign_runner.ledger.bulk import fetched, in_lines
from campaign_runner.ledger.line_columns import LINES, STATUS, UNITS
from campaign_runner.ledger.schema import batches, entries, line_items, uploads
from campaign_runner.model.lifecycle import BatchState, RowStatus

# A line's own time, or its batch's.
_UPDATED = case((line_items.c.updated_at != "", line_items.c.updated_at), else_=batches.c.updated_at)

LINES_AT_ONCE = 25_000

ROWS_AT_ONCE = 5_000


def tally(connection: Connection, upload: int) -> list[tuple[str, str, int, int]]:
    """(status, currency, rows, units) of an upload; units -1 = amounts that cannot be read, counted apart."""
    return tallies_of(connection, [upload])[upload]


def tallies_of(connection: Connection, which: Collection[int]) -> dict[int, list[tuple[str, str, int, int]]]:
    """The same of several uploads at once."""
    known = select(entries.c.upload, STATUS, line_items.c.currency, func.count(), func.sum(UNITS))
    known = known.select_from(LINES.join(entries, entries.c.line == line_items.c.id))
    known = known.where(entries.c.upload.in_(which)).group_by(entries.c.upload, STATUS, line_items.c.currency)
    mine = (entries.c.upload.in_(which), entries.c.line.is_(None))
    others = select(entries.c.upload, entries.c.status, entries.c.currency, func.count(), func.sum(entries.c.units))
    others = others.where(*mine, entries.c.units >= 0)
    others = others.group_by(entries.c.upload, entries.c.status, entries.c.currency)
    unread = select(entries.c.upload, entries.c.status, literal(""), func.count(), literal(-1))
    unread = unread.where(*mine, entries.c.units < 0).group_by(entries.c.upload, entries.c.status)
    tallies: dict[int, list[tuple[str, str, int, int]]] = {upload: [] for upload in which}
    for upload, sums in order_sums.by_upload(connection, which):
        tallies[upload].append(sums)
    for query in (known, others, unread):
        for upload, status, currency, number, units in connection.execute(query):
            tallies[upload].append((str(status), str(currency), int(number), int(units)))
    return tallies


def without_line(connection: Connection, upload: int) -> dict[str, int]:
    """How many rows of an upload have no line, by status: rejected, held or dropped."""
    query = select(entries.c.status, func.count()).where(entries.c.upload == upload, entries.c.line.is_(None))
    return {str(status): int(number) for status, number in connection.execute(query.group_by(entries.c.status))}


def dropped(connection: Connection, upload: int) -> int:
    """How many rows of an upload somebody dropped."""
    query = select(func.count()).where(
        entries.c.upload == upload, entries.c.line.is_(None),
        entries.c.status == literal(str(RowStatus.CANCELLED), literal_execute=True),
    )  # fmt: skip
    return int(connection.execute(query).scalar_one())


def stated(connection: Connection, upload: int, first: int, last: int) -> list[tuple[Any, ...]]:
    """The rows `first`..`last` of an upload as `STATED` tuples, in no particular order."""
    own, *rest = _stated(upload)
    queries = [own.where(line_items.c.upload == upload, line_items.c.row.between(first, last))]
    queries += [query.where(entries.c.row.between(first, last)) for query in rest]
    return [row for query in queries for row in fetched(connection, query)]


def stated_of(connection: Connection, upload: int, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
    """Some rows of an upload as `STATED` tuples."""
    own, *rest = _stated(upload)
    wanted, rows = sorted(numbers), list[tuple[Any, ...]]()
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        few = wanted[start : start + ROWS_AT_ONCE]
        rows += fetched(connection, own.where(line_items.c.upload == upload, line_items.c.row.in_(few)))
        for query in rest:
            rows += fetched(connection, query.where(entries.c.row.in_(few)))
    return rows


class RowLine(NamedTuple):
    """The line of a row: its number, reference, status, worth and currency."""

    line_id: int
    reference: str
    status: str
    units: int
    currency: str


def lines_of_rows(connection: Connection, upload: int) -> dict[int, RowLine]:
    """The line of each row of an upload that has one, in its newest attempt."""
    columns = (line_items.c.id, line_items.c.reference, STATUS, UNITS, line_items.c.currency)
    own = select(line_items.c.row, *columns).select_from(LINES)
    own = own.where(line_items.c.upload == upload, line_items.c.superseded.is_(False))
    known = select(entries.c.row, *columns).select_from(LINES.join(entries, entries.c.line == line_items.c.id))
    known = known.where(entries.c.upload == upload)
    return {int(row): RowLine(*line) for query in (own, known) for row, *line in connection.execute(query)}


def rows_by_line(connection: Connection, upload: int, references: Iterable[str]) -> dict[str, int]:
    """Which row of an upload has a line, by reference."""
    wanted, rows = sorted(filter(None, references)), dict[str, int]()
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        mine = line_items.c.reference.in_(wanted[start : start + ROWS_AT_ONCE])
        own = select(line_items.c.reference, line_items.c.row).where(line_items.c.upload == upload, mine)
        known = select(line_items.c.reference, entries.c.row).where(entries.c.upload == upload, mine)
        known = known.where(entries.c.line == line_items.c.id)
        for query in (own, known):
            rows |= {str(reference): int(row) for reference, row in connection.execute(query)}
    return rows


def statuses_of(connection: Connection, campaign_key: int, references: Iterable[str]) -> dict[str, str]:
    """The status of lines by reference; other references are left out."""
    return _statuses(connection, campaign_key, references)


def statuses_elsewhere(
    connection: Connection, campaign_key: int, upload: int, references: Iterable[str]
) -> dict[str, str]:
    """As `statuses_of`, of the lines that an upload neither brought nor knows."""
    here = select(entries.c.line).where(entries.c.upload == upload, entries.c.line.is_not(None))
    return _statuses(
        connection, campaign_key, references, line_items.c.upload != upload, line_items.c.id.not_in(here)
    )


def _statuses(
    connection: Connection, campaign_key: int, references: Iterable[str], *where: ColumnElement[bool]
) -> dict[str, str]:
    wanted, statuses = sorted(filter(None, references)), dict[str, str]()
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        query = select(line_items.c.reference, STATUS).select_from(LINES).where(line_items.c.campaign == campaign_key)
        query = query.where(line_items.c.reference.in_(wanted[start : start + ROWS_AT_ONCE]), *where)
        statuses |= {str(reference): str(status) for reference, status in connection.execute(query)}
    return statuses


def all_stated(connection: Connection, upload: int) -> Iterator[str]:
    """All rows of an upload as CSV of the columns `STATED`, in pieces, in the order of the ledger."""
    own, known, others = _stated(upload)
    yield from in_lines(connection, own.where(_of(connection, upload)), LINES_AT_ONCE, printable=True)
    yield from in_lines(connection, known, LINES_AT_ONCE, printable=True)
    yield from in_lines(connection, others, LINES_AT_ONCE)  # they quote what stands in the file


def is_long(connection: Connection, upload: int) -> bool:
    """Whether an upload is long, and has this many of all lines that these are best read from beginning to end."""
    own = connection.execute(select(uploads.c.rows).where(uploads.c.id == upload)).scalar() or 0
    every = connection.execute(select(func.max(line_items.c.id))).scalar() or 0
    return own >= LINES_AT_ONCE and own * 4 >= every


def numbers(connection: Connection, upload: int) -> list[int]:
    """The numbers of all rows of an upload, in order."""
    own = select(line_items.c.row).where(line_items.c.upload == upload, line_items.c.superseded.is_(False))
    other = select(entries.c.row).where(entries.c.upload == upload)
    return sorted(connection.execute(own.union_all(other)).scalars())


def placed(connection: Connection, campaign_key: int) -> Iterator[str]:
    """Every line that was ever sent, in pieces, as CSV of the columns `model.PLACED_COLUMNS`."""
    query = _placed(campaign_key).order_by(line_items.c.id)
    yield from in_lines(connection, query, LINES_AT_ONCE, printable=True)


def placed_lines(
    connection: Connection, campaign_key: int, references: Collection[str]
) -> dict[str, tuple[Any, ...]]:
    """Some of them, by reference."""
    query = _placed(campaign_key).where(line_items.c.reference.in_(references))
    return {row[0]: row for row in fetched(connection, query)}


def _placed(campaign_key: int) -> Select[Any]:
    return (
        select(
            line_items.c.reference, batches.c.reference, batches.c.tango_order_id, line_items.c.tango_reference,
            line_items.c.utid, line_items.c.method, line_items.c.quantity, line_items.c.face_units,
            line_items.c.currency, line_items.c.charged, line_items.c.charged_currency, line_items.c.fee,
            line_items.c.shipping_fee, line_items.c.exchange_rate, STATUS, line_items.c.delivery_status,
            line_items.c.attempt, batches.c.sent_at, _UPDATED, _row_reference(),
        )
        .select_from(LINES)
        .where(line_items.c.campaign == campaign_key, batches.c.sent_at != "", batches.c.state != BatchState.PLANNED)
    )  # fmt: skip


def _row_reference() -> ColumnElement[str]:
    """The reference of the newest attempt of the line's row: the row's own columns are found by it."""
    newest = line_items.alias("newest")
    same = (newest.c.upload == line_items.c.upload, newest.c.row == line_items.c.row,
            newest.c.identity == line_items.c.identity, newest.c.superseded.is_(False))  # fmt: skip
    later = select(newest.c.reference).where(*same).limit(1).scalar_subquery()
    return case((line_items.c.superseded, func.coalesce(later, line_items.c.reference)), else_=line_items.c.reference)


def put_aside(connection: Connection, campaign_key: int) -> list[tuple[int, str]]:
    """(row, reason) of the lines of a further attempt that were held back when it was about to be sent."""
    query = select(line_items.c.row, line_items.c.reason).select_from(LINES)
    query = query.where(
        line_items.c.campaign == campaign_key, line_items.c.reason != "", line_items.c.superseded.is_(False)
    )
    query = query.where(batches.c.state == BatchState.PLANNED, batches.c.attempt > 1).order_by(line_items.c.row)
    return [(int(row), str(reason)) for row, reason in connection.execute(query)]


def campaign_tally(connection: Connection, campaign_key: int) -> list[tuple[str, str, int, int]]:
    """(status, currency, line items, units) of a whole campaign, newest attempts only."""
    return order_sums.by_status(connection, campaign=campaign_key)


def lines_elsewhere(connection: Connection, campaign_key: int, upload: int) -> dict[str, int]:
    """Lines of the campaign, by status, that this upload has no row for."""
    counts: Counter[str] = Counter()
    for (_, status), lines in _elsewhere(connection, campaign_key, upload).items():
        counts[status] += lines
    return dict(counts)


def uploads_elsewhere(connection: Connection, campaign_key: int, upload: int) -> list[int]:
    """The earlier uploads, newest first, that brought the lines which this upload has no row for."""
    brought = {number for number, _ in _elsewhere(connection, campaign_key, upload)}
    return sorted(brought - {0}, reverse=True)


def _elsewhere(connection: Connection, campaign_key: int, upload: int) -> Counter[tuple[int, str]]:
    """How many lines of each (upload, status) this upload has no row for: all but those that it knows."""
    every = order_sums.elsewhere(connection, campaign_key, upload)
    if not every:
        return every
    here = select(entries.c.line).where(entries.c.upload == upload, entries.c.line.is_not(None))
    query = select(line_items.c.upload, STATUS, func.count()).select_from(LINES).where(line_items.c.id.in_(here))
    query = query.where(line_items.c.campaign == campaign_key, line_items.c.upload != upload)
    query = query.where(line_items.c.superseded.is_(False)).group_by(line_items.c.upload, STATUS)
    return every - Counter({(of, str(status)): int(lines) for of, status, lines in connection.execute(query)})


def batch_counts(connection: Connection, campaign_key: int) -> dict[str, int]:
    """How many batches are in each state."""
    query = select(batches.c.state, func.count()).where(batches.c.campaign == campaign_key).group_by(batches.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def _of(connection: Connection, upload: int) -> ColumnElement[bool]:
    """The lines of an upload: by the index, or for most of all lines without (an index leads from page to page)."""
    return line_items.c.upload + 0 == upload if is_long(connection, upload) else line_items.c.upload == upload


def _stated(upload: int) -> tuple[Select[Any], ...]:
    """New lines (of any upload), lines known before, other rows: as `STATED`."""
    own = _line_columns(line_items.c.row).where(line_items.c.superseded.is_(False))
    known = _line_columns(entries.c.row, joined=True).where(entries.c.upload == upload)
    others = select(
        entries.c.row, entries.c.status, entries.c.reason, entries.c.remedy, entries.c.reference, literal(""),
        literal(""), literal(""), entries.c.units, entries.c.currency,
    ).where(entries.c.upload == upload, entries.c.line.is_(None))  # fmt: skip
    return own, known, others


def _line_columns(row: Any, *, joined: bool = False) -> Select[Any]:
    source = LINES.join(entries, entries.c.line == line_items.c.id) if joined else LINES
    reason = func.trim(entries.c.reason + " " + line_items.c.reason) if joined else line_items.c.reason
    return select(
        row, STATUS, reason, literal(""), line_items.c.reference, batches.c.reference,
        batches.c.tango_order_id, _UPDATED, UNITS, line_items.c.currency,
    ).select_from(source)  # fmt: skip
