"""In whose place was something else sent since?  Lines of rows that were corrected in the file after they had failed.

Who corrects the file mends it without a retry: the corrected row is sent, and a retry of the failed line would be one
reward too many. A line that the newest file still holds as it was is not replaced, no matter who else was sent something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, or_, select

from campaign_runner.ledger import campaigns, corrections, sent_lines
from campaign_runner.ledger.line_columns import LINES, STATUS
from campaign_runner.ledger.schema import batches, entries, line_items
from campaign_runner.model.lifecycle import LOST, RowStatus

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
    found = dict(connection.execute(query.order_by(line_items.c.id)).all())
    return [found[line] for line in sorted(replaced(connection, campaign_key, found))]


def healed(connection: Connection, campaign_key: int) -> list[tuple[str, str, bytes | None]]:
    """Replaced lines that had failed and have not after all: reference, status, and the order that they were sent in."""
    had_failed = sorted(corrections.had_failed(connection, campaign_key))
    found = {}
    for start in range(0, len(had_failed), _AT_ONCE):
        query = select(line_items.c.id, line_items.c.reference, STATUS, batches.c.body).select_from(LINES)
        query = query.where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False))
        portion = line_items.c.reference.in_(had_failed[start : start + _AT_ONCE])
        for line, *values in connection.execute(query.where(portion, STATUS.not_in(LOST))):
            found[line] = (str(values[0]), str(values[1]), values[2])
    return [found[line] for line in sorted(replaced(connection, campaign_key, found))]


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
