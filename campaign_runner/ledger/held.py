"""Which rows wait for a decision, and what was decided?  Of the newest file, and of the plan that was shown last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from campaign_runner.ledger import sent_lines as past
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.decision_tables import held_shown
from campaign_runner.ledger.line_columns import LINES, STATUS, UNITS
from campaign_runner.ledger.schema import batches, entries, line_items
from campaign_runner.ledger.sent_lines import DROPPED, RELEASED
from campaign_runner.model import Hold
from campaign_runner.model.lifecycle import BatchState, RowStatus


class HeldRow(NamedTuple):
    """A row that waits for a decision; `reference` is what it would be sent under, `changed_line` the line that it seems
    to be, changed (0: none)."""

    reference: str
    reason: str
    rule: str = ""
    units: int = -1
    currency: str = ""
    changed_line: int = 0


def held(connection: Connection, upload: int) -> dict[int, HeldRow]:
    """The held rows of an upload by number; dropped ones are among them."""
    query = select(entries.c.row, *(entries.c[name] for name in HeldRow._fields))
    query = query.where(entries.c.upload == upload, entries.c.line.is_(None), entries.c.reference != "")
    query = query.where(entries.c.status.in_((RowStatus.HELD, RowStatus.CANCELLED)))
    return {row: HeldRow(*rest) for row, *rest in connection.execute(query)}


def held_of_file(connection: Connection, upload: int) -> tuple[int, dict[int, HeldRow]]:
    """The file that an upload is, or is a report about, and its held rows as they were corrected last."""
    (file, _), *reports = past.file_and_reports(connection, upload)
    waiting = held(connection, file)
    for number, rows in reports:
        there, same = held(connection, number), _known_from(connection, number, file)
        for row, place in ((int(row), place) for row, place in rows.items() if int(row) not in same):
            waiting.pop(place, None)
            if row in there:
                waiting.setdefault(place or row, there[row])
    return file, waiting


def _known_from(connection: Connection, upload: int, file: int) -> set[int]:
    """Rows of an upload whose line is one of a file's: what that file says of them still holds."""
    query = select(entries.c.row).join(line_items, line_items.c.id == entries.c.line)
    return set(connection.execute(query.where(entries.c.upload == upload, line_items.c.upload == file)).scalars())


def show(connection: Connection, campaign_key: int, holds: Iterable[Hold], file: str, at: str) -> None:
    """Keep the held rows of a plan that is shown; those of the one before go."""
    forget_shown(connection, campaign_key)
    names = ("campaign", "row", "reference", "rule", "reason", "units", "currency", "changed_line", "file", "at")
    rows = ((campaign_key, hold.row, hold.reference, hold.rule, hold.reason, hold.units, hold.currency, hold.line, file, at)
            for hold in holds)  # fmt: skip
    insert_many(connection, held_shown, names, rows)


def forget_shown(connection: Connection, campaign_key: int) -> None:
    """A file was planned for good: its rows count now."""
    connection.execute(delete(held_shown).where(held_shown.c.campaign == campaign_key))


def shown(connection: Connection, campaign_key: int) -> tuple[str, dict[int, HeldRow]]:
    """The file of the plan that was shown last, since a file was planned for good, and its held rows."""
    query = select(held_shown.c.file, held_shown.c.row, *(held_shown.c[name] for name in HeldRow._fields))
    rows = connection.execute(query.where(held_shown.c.campaign == campaign_key)).all()
    return (rows[0][0] if rows else ""), {row: HeldRow(*rest) for _, row, *rest in rows}


def sent_under(connection: Connection, campaign_key: int, references: Collection[str]) -> dict[str, str]:
    """Of these references, those that left or may have left, each with its day."""
    query = select(line_items.c.reference, batches.c.sent_at).select_from(LINES)
    query = query.where(line_items.c.campaign == campaign_key, line_items.c.reference.in_(list(references)))
    left = query.where(batches.c.state != BatchState.PLANNED)
    return {reference: str(at)[:10] for reference, at in connection.execute(left)}


def put_aside(connection: Connection, campaign_key: int) -> dict[int, tuple[str, str, int, str]]:
    """Lines of a further attempt that were held back when they were about to be sent, by number: reference, reason,
    units, currency."""
    query = select(line_items.c.id, line_items.c.reference, line_items.c.reason, UNITS, line_items.c.currency)
    query = query.select_from(LINES).where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False))
    query = query.where(batches.c.state == BatchState.PLANNED, batches.c.attempt > 1, line_items.c.reason != "")
    return {number: (reference, reason, int(units), currency)
            for number, reference, reason, units, currency in connection.execute(query)}  # fmt: skip


def rows_in(connection: Connection, upload: int, lines: Collection[int]) -> dict[int, int]:
    """The rows of an upload that brought these lines, or found them there: line -> row."""
    own = select(line_items.c.id, line_items.c.row).where(line_items.c.upload == upload)
    known = select(entries.c.line, entries.c.row).where(entries.c.upload == upload)
    rows = connection.execute(known.where(entries.c.line.in_(list(lines)))).all()
    return dict([*rows, *connection.execute(own.where(line_items.c.id.in_(list(lines))))])


def standing_of(connection: Connection, campaign_key: int, references: Collection[str]) -> dict[str, str]:
    """What was decided about these references: released or dropped."""
    every = {name: dict.fromkeys(past.decided(connection, campaign_key, name), name) for name in (RELEASED, DROPPED)}
    decided = every[RELEASED] | every[DROPPED]
    return {reference: decided[reference] for reference in references if reference in decided}


def sent_lines(connection: Connection, numbers: Collection[int]) -> Mapping[int, tuple[int, str, str]]:
    """What some lines came to: units, currency, status."""
    query = select(line_items.c.id, UNITS, line_items.c.currency, STATUS).select_from(LINES)
    query = query.where(line_items.c.id.in_(list(numbers)))
    return {number: (int(units), currency, status) for number, units, currency, status in connection.execute(query)}


def unsent_under(connection: Connection, campaign_key: int, upload: int) -> dict[int, str]:
    """Rows of an upload that are planned under a released reference and did not leave yet."""
    released = past.decided(connection, campaign_key, RELEASED)
    query = select(line_items.c.row, line_items.c.reference).select_from(LINES)
    query = query.where(line_items.c.upload == upload, line_items.c.campaign == campaign_key)
    query = query.where(line_items.c.reference.in_(list(released)), batches.c.state == BatchState.PLANNED)
    return {row: str(reference) for row, reference in connection.execute(query)}
