"""How is personal data erased after its time?  Uploads, bodies and texts go; references, amounts and the chain stay.
And what of the server's own tables has had its time?

The keyed hashes by which a recipient is known again stay as long as their rewards count as duplicates: without them the
next campaign would send the same people the same again. The first purge after that takes them too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from campaign_runner.ledger import digests, events, recipient_texts, submission_erasure
from campaign_runner.ledger.decision_tables import held_shown
from campaign_runner.ledger.people_tables import (
    idempotency,
    password_links,
    provider_sign_ins,
    sessions,
    sign_in_failures,
)
from campaign_runner.ledger.schema import (
    attempts,
    batches,
    campaigns,
    entries,
    line_items,
    tallies,
    upload_parts,
    uploads,
)
from campaign_runner.ledger.store import Ledger
from campaign_runner.ledger.submission_tables import tango_events
from campaign_runner.model.lifecycle import OPEN_BATCHES

ERASED, NAME = "personal data erased", "an erased file"
# What was erased of an upload is its copy alone.
FILE = "file"
# An upload of which the copy was erased for one recipient is erased for the others in its own time.
KEPT = or_(uploads.c.purged_at.is_(None), uploads.c.purged_for != "")
PURGED = (uploads.c.purged_at.is_not(None), uploads.c.purged_for == "")


def erase(
    ledger: Ledger, before: str, at: str, *, campaign_id: str = "", window_since: str = "9999", dry_run: bool = False
) -> dict[str, int]:
    """Erase what belongs to uploads submitted before `before` (ISO time; of one `campaign`, in every environment) and
    is not open; returns how much of what. What was sent from `window_since` on still counts when campaigns are compared.

    Lines that are still open keep their order's bytes: nobody may be forgotten for the sake of erasure.
    """
    of = select(campaigns.c.id).where(campaigns.c.campaign_id == campaign_id)
    which = [uploads.c.created_at < before, KEPT, *([uploads.c.campaign.in_(of)] if campaign_id else [])]
    with ledger.write("erase personal data", durable=True) as connection:
        old = list(
            connection.execute(select(uploads.c.id).where(*which, uploads.c.id.not_in(open_uploads()))).scalars()
        )
        still = connection.execute(select(uploads.c.id).where(*which, uploads.c.id.in_(open_uploads()))).all()
        theirs = select(tallies.c.batch).where(tallies.c.upload.in_(old))
        closed = (batches.c.id.in_(theirs), batches.c.state.not_in(OPEN_BATCHES), batches.c.body.is_not(None))
        bodies = list(
            connection.execute(select(batches.c.id, batches.c.campaign, batches.c.reference).where(*closed))
        )
        counts = {"files": len(old), "orders": len(bodies)}
        if campaign_id and still:
            counts["open"] = len(still)
        if not dry_run and (late := forget_hashes(connection, old, window_since, at)):
            counts["hashes"] = late
        counts["files"] += submission_erasure.erase_older(connection, before, old, at, campaign_id, dry_run=dry_run)
        if not dry_run and (old or bodies):
            touched = list(connection.execute(theirs.distinct()).scalars())
            _forget(connection, old, bodies, at)
            why = {"of": "campaign"} if campaign_id else {"before": before}
            record(connection, at, old, touched, **why)
    return counts


def erase_files(connection: Connection, before: str, at: str, *, dry_run: bool = False) -> int:
    """Erase stored copies of files and reports alone, as long as no line is open; what was sent keeps its contents."""
    which = (uploads.c.created_at < before, uploads.c.purged_at.is_(None), uploads.c.id.not_in(open_uploads()))
    old = list(connection.execute(select(uploads.c.id).where(*which)).scalars())
    never = submission_erasure.erase_older(connection, before, old, at, dry_run=dry_run)
    if old and not dry_run:
        erase_copies(connection, old, at, FILE)
        record(connection, at, old, (), of=FILE, before=before)
    return len(old) + never


def erase_old_messages(connection: Connection, before: str, at: str, *, dry_run: bool = False) -> int:
    """Erase what Tango said in answers before that time; returns in how many orders."""
    old = (attempts.c.at < before, attempts.c.message != "")
    theirs = and_(batches.c.campaign == attempts.c.campaign, batches.c.reference == attempts.c.reference)
    orders = list(connection.execute(select(batches.c.id).join(attempts, theirs).where(*old).distinct()).scalars())
    if orders and not dry_run:
        named = select(batches.c.reference).where(batches.c.id.in_(orders))
        connection.execute(update(attempts).where(*old, attempts.c.reference.in_(named)).values(message=""))
        digests.write_orders(connection, at, orders, erased=True)
    return len(orders)


def record(connection: Connection, at: str, files: Collection[int], orders: Collection[int], **why: Any) -> None:
    """Say in events what was erased, and what files and orders are now."""
    whose = select(uploads.c.id, uploads.c.campaign).where(uploads.c.id.in_(files))
    for upload, campaign in connection.execute(whose).all():
        events.append(connection, campaign, at, ERASED, upload=upload, **why)
    digests.write_orders(connection, at, orders, erased=True)
    for upload in files:
        digests.write_file(connection, at, upload, erased=True)


def erase_copies(connection: Connection, files: Sequence[int], at: str, purged_for: str = "") -> None:
    """The stored copies of files, and what was said of their rows."""
    connection.execute(delete(upload_parts).where(upload_parts.c.upload.in_(files)))
    gone = {"purged_at": at, "purged_for": purged_for, "name": NAME}
    connection.execute(update(uploads).where(uploads.c.id.in_(files)).values(**gone))
    connection.execute(update(entries).where(entries.c.upload.in_(files)).values(reason="", remedy=""))
    of = select(uploads.c.campaign).where(uploads.c.id.in_(files))
    connection.execute(delete(held_shown).where(held_shown.c.campaign.in_(of)))


def erase_messages(connection: Connection, campaign_key: int, reference: str) -> None:
    """What Tango said in its answers about an order."""
    asked = (attempts.c.campaign == campaign_key, attempts.c.reference == reference)
    connection.execute(update(attempts).where(*asked).values(message=""))


def open_uploads() -> Any:
    """Uploads with lines that are still open."""
    joined = select(tallies.c.upload).join(batches, batches.c.id == tallies.c.batch)
    return joined.where(batches.c.state.in_(OPEN_BATCHES))


def _forget(connection: Connection, old: list[int], bodies: list[Any], at: str) -> None:
    erase_copies(connection, old, at)
    recipient_texts.forget(connection, old)
    mine = line_items.c.upload.in_(old)
    connection.execute(update(line_items).where(mine).values(key_text=None, reason=""))
    for number, campaign, reference in bodies:
        connection.execute(update(batches).where(batches.c.id == number).values(body=None, note=""))
        erase_messages(connection, campaign, reference)


def forget_hashes(connection: Connection, old: Collection[int], window_since: str, at: str) -> int:
    """The hashes of lines whose time has passed: those of uploads erased now or before, and of recipients who were
    erased before; returns how many lines that were erased before had any."""
    passed = select(batches.c.id).where(batches.c.sent_at < window_since)
    hashes = (line_items.c.contact, line_items.c.person, line_items.c.alias, line_items.c.folded_key)
    late = (line_items.c.batch.in_(passed), or_(*(column.is_not(None) for column in hashes)))
    earlier = select(uploads.c.id).where(uploads.c.id.not_in(old), *PURGED)
    before_now: ColumnElement[bool] = or_(line_items.c.upload.in_(earlier), line_items.c.erased_at != "")
    touched = list(connection.execute(select(line_items.c.batch).where(before_now, *late).distinct()).scalars())
    gone = dict.fromkeys(hashes)
    forgotten = connection.execute(update(line_items).where(before_now, *late).values(gone)).rowcount
    connection.execute(update(line_items).where(line_items.c.upload.in_(old), *late).values(gone))
    digests.write_orders(connection, at, touched, erased=True)
    return forgotten


_OLD = (sessions.c.seen, password_links.c.until, provider_sign_ins.c.until, sign_in_failures.c.last, idempotency.c.at)


def forget_logs(connection: Connection, before: float, before_at: str) -> int:
    """Delete what is older than this (seconds since 1970, and the same as the ledger writes it); returns how many rows."""
    gone = sum(connection.execute(delete(column.table).where(column < before)).rowcount for column in _OLD)
    return gone + connection.execute(delete(tango_events).where(tango_events.c.at < before_at)).rowcount


def references_of(ledger: Ledger, *, still: bool, campaign_id: str = "") -> frozenset[str]:
    """The references of orders that are still open, or that are not."""
    states = batches.c.state.in_(OPEN_BATCHES) if still else batches.c.state.not_in(OPEN_BATCHES)
    query = select(batches.c.reference).join(campaigns, campaigns.c.id == batches.c.campaign).where(states)
    if campaign_id:
        query = query.where(campaigns.c.campaign_id == campaign_id)
    with ledger.read() as connection:
        return frozenset(connection.execute(query).scalars())


def campaigns_before(ledger: Ledger, before: str) -> list[str]:
    """The campaigns of which a file is old enough."""
    query = select(campaigns.c.campaign_id).join(uploads, uploads.c.campaign == campaigns.c.id)
    with ledger.read() as connection:
        return list(connection.execute(query.where(uploads.c.created_at < before, KEPT).distinct()).scalars())
