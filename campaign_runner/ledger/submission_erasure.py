"""How is personal data of submissions erased?  Files that were never sent, what was found in them, reports that are kept.

What was sent has an upload, and goes with that. Reports can be written again, without those who were erased.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from campaign_runner.ledger import events, stored_reports
from campaign_runner.ledger import submission_checks as kept_checks
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import campaigns
from campaign_runner.ledger.submission_tables import (
    checks,
    corrections,
    problems,
    report_files,
    sendings,
    submission_parts,
    submissions,
)
from campaign_runner.ledger.trace_removal import impersonal
from campaign_runner.model.contact import Contact

NAME, ERASED = "an erased file", "submission erased"
# A submission that is to be sent is none of those that may go.
_WANTED = select(sendings.c.submission).where(sendings.c.refused == "")


def erase_older(
    connection: Connection, before: str, uploads: Collection[int], at: str, campaign_id: str = "", *, dry_run: bool
) -> int:
    """Erase what came in before `before` (of one `campaign`) and was never sent, and what became these uploads; returns
    how many files that were never sent."""
    whose = select(campaigns.c.id).where(campaigns.c.campaign_id == campaign_id)
    never = [submissions.c.at < before, submissions.c.upload == 0, submissions.c.id.not_in(_WANTED)]
    mine = [submissions.c.campaign.in_(whose)] if campaign_id else []
    unsent = _ids(connection, *never, *mine)
    if not dry_run:
        _erase(connection, [*unsent, *_ids(connection, submissions.c.upload.in_(uploads))], at)
    return len(unsent)


def erase_of(connection: Connection, contact: Contact, uploads: Collection[int], at: str, *, dry_run: bool) -> int:
    """Erase the submissions that name a recipient, and what became these uploads; returns how many files."""
    theirs = [number for number in _ids(connection, submissions.c.upload == 0) if _names(connection, number, contact)]
    if not dry_run:
        _erase(connection, [*theirs, *_ids(connection, submissions.c.upload.in_(uploads))], at)
        listing = [one for one in kept_checks.submissions_with_parts(connection) if _lists(connection, one, contact)]
        kept_checks.forget(connection, listing)  # a later upload lists who is in it no more
    return len(theirs)


def _ids(connection: Connection, *which: ColumnElement[bool]) -> list[int]:
    query = select(submissions.c.id).where(submissions.c.erased_at == "", *which)
    return list(connection.execute(query.order_by(submissions.c.id)).scalars())


def _names(connection: Connection, submission: int, contact: Contact) -> bool:
    """Whether a file, or a correction of it, names a recipient."""
    query = select(submission_parts.c.bytes).where(submission_parts.c.submission == submission)
    parts = connection.execute(query.order_by(submission_parts.c.part)).scalars()
    typed = select(corrections.c.before, corrections.c.after).where(corrections.c.submission == submission)
    texts = connection.execute(typed).all()
    return contact.is_in_bytes(b"".join(map(unpack, parts))) or any(
        contact.is_in(text) for row in texts for text in row
    )


def _lists(connection: Connection, submission: int, contact: Contact) -> bool:
    kinds = (kept_checks.LINES, kept_checks.SENT, kept_checks.SINCE_APPROVED, kept_checks.SINCE_UPLOAD)
    return any(contact.is_in_bytes(part) for part in kept_checks.parts(connection, submission, *kinds))


def _erase(connection: Connection, which: Collection[int], at: str) -> None:
    for table in (submission_parts, problems, corrections):
        connection.execute(delete(table).where(table.c.submission.in_(which)))
    kept_checks.forget(connection, which)
    results = select(checks.c.submission, checks.c.result).where(checks.c.submission.in_(which))
    for number, result in connection.execute(results).all():
        mine = update(checks).where(checks.c.submission == number)
        connection.execute(mine.values(result=impersonal(result)))
    query = select(submissions.c.id, submissions.c.campaign, submissions.c.number).where(submissions.c.id.in_(which))
    for number, campaign, count in connection.execute(query).all():
        connection.execute(update(submissions).where(submissions.c.id == number).values(name=NAME, erased_at=at))
        about = or_(report_files.c.about == str(count), report_files.c.about == "")
        stored_reports.forget(connection, report_files.c.campaign == campaign, about)
        events.append(connection, campaign, at, ERASED, number=count)
