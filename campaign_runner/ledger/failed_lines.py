"""Which lines are failed, and how sure is that?  For a retry, and for findings about lines that came back to life.
And in whose place was something else sent since?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, func, or_, select

from campaign_runner.ledger import campaigns, corrections, order_sums, sent_lines
from campaign_runner.ledger.line_columns import LINES, STATUS
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import batches, entries, line_items
from campaign_runner.model.lifecycle import LOST, RowStatus


class Revived(NamedTuple):
    """A line that had failed, was placed again or sent corrected, and is no failure any more. `row` is 0 where the newest
    file has none; `name` is "" where nobody is named, or what was sent was erased; `newest` where it was corrected."""

    row: int
    name: str
    reference: str
    status: str
    newest: str


def unconfirmed(connection: Connection, campaign_key: int) -> list[str]:
    """Since when lines are failed, in their newest attempt, of which Tango said so once only."""
    query = select(line_items.c.id, line_items.c.failed_at).select_from(LINES).where(
        line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), STATUS == RowStatus.FAILED,
        line_items.c.failed_again_at == "", batches.c.body.is_not(None), line_items.c.erased_at == "",
    )  # fmt: skip
    failures = dict(connection.execute(query).all())
    history = replaced(connection, campaign_key, failures)
    return [at for line, at in failures.items() if line not in history]


_WHOSE = (line_items.c.upload, line_items.c.row, line_items.c.identity)


def _alive(campaign_key: int) -> tuple[ColumnElement[bool], ...]:
    orders = order_sums.of_batches(campaign_key, ~order_sums.CURRENT, order_sums.STATUS.not_in(LOST))
    return line_items.c.batch.in_(orders), line_items.c.superseded.is_(True), STATUS.not_in(LOST)


def alive(connection: Connection, campaign_key: int) -> frozenset[tuple[int, int, bytes]]:
    """(upload, row, identity) of the lines of which an earlier attempt is not failed after all."""
    lines = connection.execute(select(*_WHOSE).select_from(LINES).where(*_alive(campaign_key)))
    return frozenset((upload, row, bytes(identity)) for upload, row, identity in lines)


def revived(connection: Connection, campaign_key: int, upload: int) -> list[Revived]:
    """The superseded lines that are not failed (or cancelled) after all, each with the status of its newest attempt; and
    those that were sent corrected, in another row."""
    query = select(*_WHOSE, line_items.c.reference, STATUS, batches.c.body).select_from(LINES)
    query = query.where(*_alive(campaign_key)).order_by(line_items.c.upload, line_items.c.row)
    lines = []
    for of, row, identity, reference, status, body in connection.execute(query):
        newest = select(line_items.c.id, STATUS).select_from(LINES).where(
            line_items.c.upload == of, line_items.c.row == row, line_items.c.identity == identity,
            line_items.c.superseded.is_(False),
        )  # fmt: skip
        number, now = connection.execute(newest.limit(1)).first() or (0, "")
        here = select(entries.c.row).where(entries.c.upload == upload, entries.c.line == number)
        shown = row if of == upload else connection.execute(here).scalar() or 0
        lines.append(Revived(int(shown), _name(body, reference), str(reference), str(status), str(now)))
    corrected = healed(connection, campaign_key)
    return lines + [Revived(0, _name(body, ref), ref, status, "") for ref, status, body in corrected]


def _name(body: bytes | None, reference: str) -> str:
    """The recipient's name in the order that was sent."""
    if not body:
        return ""
    order = orjson.loads(unpack(body))
    lines = order.get("lineItems") or [{**order, "externalRefLineItemID": order.get("externalRefID")}]
    recipient: dict[str, str] = next(
        (one.get("recipient", {}) for one in lines if one["externalRefLineItemID"] == reference), {}
    )
    parts = (recipient.get("firstName"), recipient.get("lastName"))
    return " ".join(part for part in parts if part) or str(recipient.get("email", ""))


MOST = 1000  # rows that one event names


def failed_of_order(connection: Connection, campaign_key: int, reference: str) -> tuple[int, int]:
    """The number of the order in the ledger, and how many of its lines failed."""
    mine = (line_items.c.campaign == campaign_key, batches.c.reference == reference, STATUS == RowStatus.FAILED)
    query = select(func.max(line_items.c.batch), func.count()).select_from(LINES).where(*mine)
    number, lines = connection.execute(query).one()
    return int(number or 0), int(lines)


def failed_lines_of(connection: Connection, order: int) -> list[dict[str, Any]]:
    """Its failed lines: references, key and attempt; the row is that of the file that brought the line."""
    columns = (line_items.c.reference, line_items.c.tango_reference, line_items.c.key_text, line_items.c.row,
               line_items.c.attempt)  # fmt: skip
    query = select(*columns).select_from(LINES).where(line_items.c.batch == order, STATUS == RowStatus.FAILED)
    names = ("externalRefLineItemID", "referenceLineItemId", "key", "row", "attempt")
    rows = connection.execute(query.order_by(line_items.c.position).limit(MOST))
    return [dict(zip(names, row, strict=True)) for row in rows]


_AT_ONCE = 500


def replaced(connection: Connection, campaign_key: int, lines: Collection[int]) -> frozenset[int]:
    """Of these lines, those for which a changed row was released, and those that the newest file lacks while another
    line was planned for their recipient from a later file."""
    newest = campaigns.latest_upload(connection, campaign_key) if lines else None
    if newest is None:
        return frozenset()
    released = sent_lines.answered(connection, campaign_key) & set(lines)
    gone = set(lines) - released - _kept(connection, newest.id, lines)
    return released | frozenset(_with_another(connection, sorted(gone)))


def failed(connection: Connection, campaign_key: int) -> list[str]:
    """The references of failed lines that are replaced: no retry takes them."""
    mine = (line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), STATUS == RowStatus.FAILED)
    query = select(line_items.c.id, line_items.c.reference).select_from(LINES).where(*mine)
    failures = dict(connection.execute(query.order_by(line_items.c.id)).all())
    return [failures[line] for line in sorted(replaced(connection, campaign_key, failures))]


def healed(connection: Connection, campaign_key: int) -> list[tuple[str, str, bytes | None]]:
    """Replaced lines that had failed and have not after all: reference, status, and the order that they were sent in."""
    had_failed = sorted(corrections.had_failed(connection, campaign_key))
    healed_lines = {}
    for start in range(0, len(had_failed), _AT_ONCE):
        query = select(line_items.c.id, line_items.c.reference, STATUS, batches.c.body).select_from(LINES)
        query = query.where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False))
        portion = line_items.c.reference.in_(had_failed[start : start + _AT_ONCE])
        for line, *values in connection.execute(query.where(portion, STATUS.not_in(LOST))):
            healed_lines[line] = (str(values[0]), str(values[1]), values[2])
    return [healed_lines[line] for line in sorted(replaced(connection, campaign_key, healed_lines))]


def _kept(connection: Connection, upload: int, lines: Collection[int]) -> set[int]:
    """Of these lines, those that the newest file holds, where it was not corrected in a report about it."""
    kept: dict[int, int] = {}
    file = sent_lines.file_of(connection, upload)
    for number, rows in sent_lines.file_and_reports(connection, upload):
        corrected = set(rows.values())
        kept = {line: row for line, row in kept.items() if row not in corrected}
        held = _held(connection, number, sorted(lines))
        kept |= {line: row if number == file else rows.get(str(row), 0) for line, row in held}
    return set(kept)


def _held(connection: Connection, upload: int, lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Which of these lines are rows of an upload, as (line, row)."""
    for start in range(0, len(lines), _AT_ONCE):
        portion = lines[start : start + _AT_ONCE]
        own = select(line_items.c.id, line_items.c.row).where(
            line_items.c.upload == upload, line_items.c.id.in_(portion)
        )
        known = select(entries.c.line, entries.c.row).where(entries.c.upload == upload, entries.c.line.in_(portion))
        for query in (own, known):
            yield from ((line, row) for line, row in connection.execute(query))


def _with_another(connection: Connection, lines: Sequence[int]) -> Iterator[int]:
    """Of these lines, those for whose recipient a later file brought another one, which was not lost."""
    one = line_items.alias("one")
    same = or_(
        *(
            mine == theirs
            for mine in (one.c.person, one.c.alias)
            for theirs in (line_items.c.person, line_items.c.alias)
        )
    )
    for start in range(0, len(lines), _AT_ONCE):
        query = select(one.c.id).distinct().select_from(LINES.join(one, one.c.campaign == line_items.c.campaign)).where(
            one.c.id.in_(lines[start : start + _AT_ONCE]), line_items.c.upload > one.c.upload,
            line_items.c.superseded.is_(False), STATUS.not_in(LOST), same,
        )  # fmt: skip
        yield from connection.execute(query).scalars()
