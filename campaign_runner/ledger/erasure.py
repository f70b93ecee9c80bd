"""How is personal data erased after its time?  Uploads, bodies and texts go; references, amounts and the chain stay.

The keyed hashes by which a recipient is known again stay as long as their rewards count as duplicates: without them the
next campaign would send the same people the same again. The first purge after that takes them too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from campaign_runner.ledger import digests, events
from campaign_runner.ledger.schema import attempts, batches, entries, line_items, tallies, upload_parts, uploads
from campaign_runner.ledger.store import Ledger
from campaign_runner.lifecycle import OPEN_BATCHES


def erase(
    ledger: Ledger, before: str, at: str, *, window_since: str = "9999", dry_run: bool = False
) -> dict[str, int]:
    """Erase what belongs to uploads handed in before `before` (ISO time) and is not open; returns how much of what.
    What was sent from `window_since` on still counts when campaigns are compared.

    Lines that are still open keep their order's bytes: nobody may be forgotten for the sake of erasure.
    """
    with ledger.write(durable=True) as connection:
        old = list(connection.execute(_old_uploads(before)).scalars())
        theirs = select(tallies.c.batch).where(tallies.c.upload.in_(old))
        closed = (batches.c.id.in_(theirs), batches.c.state.not_in(OPEN_BATCHES), batches.c.body.is_not(None))
        bodies = list(
            connection.execute(select(batches.c.id, batches.c.campaign, batches.c.reference).where(*closed))
        )
        told = {"files": len(old), "orders": len(bodies)}
        if not dry_run and (late := _forget_hashes(connection, old, window_since)):
            told["hashes"] = late
            before_now = select(uploads.c.id).where(uploads.c.id.not_in(old), uploads.c.purged_at.is_not(None))
            others = select(tallies.c.batch).where(tallies.c.upload.in_(before_now)).distinct()
            digests.write_orders(connection, at, connection.execute(others).scalars(), erased=True)
        if not dry_run and (old or bodies):
            touched = list(connection.execute(theirs.distinct()).scalars())
            _forget(connection, old, bodies, at)
            whose = select(uploads.c.id, uploads.c.campaign).where(uploads.c.id.in_(old))
            for upload, campaign in connection.execute(whose).all():
                events.append(connection, campaign, at, "personal data erased", upload=upload, before=before)
            digests.write_orders(connection, at, touched, erased=True)
            for upload in old:
                digests.write_file(connection, at, upload, erased=True)
    if not dry_run and told["files"] and ledger.engine.dialect.name == "sqlite":
        ledger.compact()  # else the erased bytes stay in the free pages of the file
    return told


def _old_uploads(before: str) -> Any:
    """Uploads that are old enough and have no line that is still open."""
    still = (
        select(tallies.c.upload)
        .join(batches, batches.c.id == tallies.c.batch)
        .where(batches.c.state.in_(OPEN_BATCHES))
    )
    return select(uploads.c.id).where(
        uploads.c.created_at < before, uploads.c.purged_at.is_(None), uploads.c.id.not_in(still)
    )


def _forget(connection: Connection, old: list[int], bodies: list[Any], at: str) -> None:
    connection.execute(delete(upload_parts).where(upload_parts.c.upload.in_(old)))
    connection.execute(update(uploads).where(uploads.c.id.in_(old)).values(purged_at=at, name="an erased file"))
    connection.execute(update(entries).where(entries.c.upload.in_(old)).values(reason="", remedy=""))
    mine = line_items.c.upload.in_(old)
    connection.execute(update(line_items).where(mine).values(key_text=None, reason=""))
    for number, campaign, reference in bodies:
        connection.execute(update(batches).where(batches.c.id == number).values(body=None, note=""))
        asked = (attempts.c.campaign == campaign, attempts.c.reference == reference)
        connection.execute(update(attempts).where(*asked).values(message=""))


def _forget_hashes(connection: Connection, old: list[int], window_since: str) -> int:
    """Of uploads erased now or before: the hashes of lines whose time has passed; returns how many lines of those that
    were erased before had any."""
    passed = select(batches.c.id).where(batches.c.sent_at < window_since)
    hashes = (line_items.c.contact, line_items.c.person, line_items.c.alias, line_items.c.folded_key)
    there = or_(*(column.is_not(None) for column in hashes))
    earlier = select(uploads.c.id).where(uploads.c.id.not_in(old), uploads.c.purged_at.is_not(None))
    forgotten = 0
    for those in (old, earlier):
        theirs = (line_items.c.upload.in_(those), line_items.c.batch.in_(passed), there)
        forgotten = connection.execute(update(line_items).where(*theirs).values(dict.fromkeys(hashes))).rowcount
    return forgotten
