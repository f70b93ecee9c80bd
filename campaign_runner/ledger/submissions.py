"""What came in, by which door, from whom?  A submission: a file, its digest, who submitted it and how it is to be read.

Its bytes are kept here until its plan is written down: from then on the upload has them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, literal, select, update

from campaign_runner.ledger import actors, campaigns, events, schema
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.schema import upload_parts
from campaign_runner.ledger.submission_tables import submission_parts, submissions
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import NotFound, StateError
from campaign_runner.model.wording import day

PART = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted file. `channel` is cli, page, api or inbox; `options` say how it is read (sheet, hidden, columns)."""

    id: int
    campaign: int
    number: int
    at: str
    actor: Actor
    channel: str
    name: str
    size: int
    sha256: str
    options: Mapping[str, Any]
    corrects: int = 0
    upload: int = 0
    erased_at: str = ""


def add(
    connection: Connection, campaign_key: int, path: Path, name: str, actor: Actor, channel: str, at: str, *,
    options: Mapping[str, Any], corrects: int = 0, keep: bool = True,
) -> Submission:  # fmt: skip
    """Write a submission down; `keep` its bytes, unless its plan is written down by the same command."""
    digest = file_sha256(path)
    latest = select(func.max(submissions.c.number)).where(submissions.c.campaign == campaign_key)
    number = int(connection.execute(latest).scalar() or 0) + 1
    values = {"campaign": campaign_key, "number": number, "at": at, "actor": actors.packed(actor), "channel": channel,
              "name": name, "size": path.stat().st_size, "sha256": digest, "corrects": corrects,
              "options": orjson.dumps(dict(options), option=orjson.OPT_SORT_KEYS).decode()}  # fmt: skip
    made = int(connection.execute(submissions.insert().values(**values).returning(submissions.c.id)).scalar_one())
    if keep:
        parts = ((made, i, pack(part)) for i, part in enumerate(campaigns.parts(path)))
        insert_many(connection, submission_parts, ("submission", "part", "bytes"), parts)
    events.append(connection, campaign_key, at, "file submitted", number=number, sha256=digest, channel=channel,
                  corrects=corrects)  # fmt: skip
    return get(connection, made)


def copy(
    connection: Connection, older: Submission, actor: Actor, channel: str, at: str, *, corrects: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Submission:  # fmt: skip
    """The same bytes as a submission of its own: to be corrected, or checked again after a decision."""
    latest = select(func.max(submissions.c.number)).where(submissions.c.campaign == older.campaign)
    number = int(connection.execute(latest).scalar_one()) + 1
    chosen = dict(older.options if options is None else options)
    values = {"campaign": older.campaign, "number": number, "at": at, "actor": actors.packed(actor), "channel": channel,
              "name": older.name, "size": older.size, "sha256": older.sha256, "corrects": corrects,
              "options": orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS).decode()}  # fmt: skip
    made = int(connection.execute(submissions.insert().values(**values).returning(submissions.c.id)).scalar_one())
    table, mine = (upload_parts, upload_parts.c.upload == older.upload) if older.upload else (
        submission_parts, submission_parts.c.submission == older.id)  # fmt: skip
    parts = select(literal(made), table.c.part, table.c.bytes).where(mine)
    connection.execute(submission_parts.insert().from_select(["submission", "part", "bytes"], parts))
    events.append(connection, older.campaign, at, "file submitted", number=number, sha256=older.sha256, channel=channel,
                  corrects=corrects)  # fmt: skip
    return get(connection, made)


def set_options(connection: Connection, submission: Submission, options: Mapping[str, Any]) -> Submission:
    """How it is read, once that is known."""
    values = {"options": orjson.dumps(dict(options), option=orjson.OPT_SORT_KEYS).decode()}
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(**values))
    return get(connection, submission.id)


def remembered_columns(connection: Connection, campaign_key: int, actor: Actor) -> dict[str, str]:
    """The columns that were said with the newest upload of this campaign, else of this person."""
    here = _with_columns(connection, campaign_key)
    chosen = here or [one for one in _with_columns(connection) if one.actor.is_same_user(actor)]
    return dict(chosen[0].options["columns"]) if chosen else {}


def remembered_defaults(connection: Connection, campaign_key: int) -> dict[str, str]:
    """What was said that every row of the newest upload of this campaign has."""
    newest = latest(connection, campaign_key)
    return dict(newest.options.get("defaults") or {}) if newest else {}


def _with_columns(connection: Connection, campaign_key: int = 0) -> list[Submission]:
    query = select(submissions).where(submissions.c.options.contains('"columns":{"', autoescape=True))
    query = query.where(submissions.c.campaign == campaign_key) if campaign_key else query
    return [_of(row) for row in connection.execute(query.order_by(submissions.c.id.desc()).limit(100)).mappings()]


def rewrite(connection: Connection, submission: Submission, path: Path, name: str, at: str) -> Submission:
    """Its corrected bytes, in place of the copy of those that were submitted."""
    digest = file_sha256(path)
    mine = submissions.c.id == submission.id
    values = {"size": path.stat().st_size, "sha256": digest, "name": name}
    connection.execute(update(submissions).where(mine).values(**values))
    connection.execute(delete(submission_parts).where(submission_parts.c.submission == submission.id))
    parts = ((submission.id, i, pack(part)) for i, part in enumerate(campaigns.parts(path)))
    insert_many(connection, submission_parts, ("submission", "part", "bytes"), parts)
    events.append(connection, submission.campaign, at, "corrections written", number=submission.number, sha256=digest)
    return get(connection, submission.id)


def get(connection: Connection, submission: int) -> Submission:
    """A submission by its id."""
    row = connection.execute(select(submissions).where(submissions.c.id == submission)).mappings().one()
    return _of(row)


def numbered(connection: Connection, campaign_key: int, number: int) -> Submission:
    """A submission by its number in the campaign; raises UsageError."""
    query = select(submissions).where(submissions.c.campaign == campaign_key, submissions.c.number == number)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no upload {number} of this campaign.")
    return _of(row)


def listing(connection: Connection, campaign_key: int) -> list[Submission]:
    """All submissions of a campaign, the newest first."""
    query = select(submissions).where(submissions.c.campaign == campaign_key).order_by(submissions.c.number.desc())
    return [_of(row) for row in connection.execute(query).mappings()]


class Known(NamedTuple):
    """A submission that was sent or is to be: of which campaign, when, under which name."""

    campaign_id: str
    at: str
    name: str


def with_digest(connection: Connection, digest: str) -> list[Known]:
    """The submissions of exactly these bytes whose plan was written down, in any campaign, the oldest first."""
    query = select(schema.campaigns.c.campaign_id, submissions.c.at, submissions.c.name)
    query = query.join(schema.campaigns, schema.campaigns.c.id == submissions.c.campaign)
    query = query.where(submissions.c.sha256 == digest, submissions.c.upload != 0).order_by(submissions.c.id)
    return [Known(*row) for row in connection.execute(query)]


def latest(connection: Connection, campaign_key: int) -> Submission | None:
    """The newest submission of a campaign."""
    return next(iter(listing(connection, campaign_key)), None)


def newest_of(connection: Connection, keys: Collection[int]) -> dict[int, Submission]:
    """The newest submission of each of these campaigns that has one."""
    newest = (
        select(func.max(submissions.c.id)).where(submissions.c.campaign.in_(keys)).group_by(submissions.c.campaign)
    )
    rows = connection.execute(select(submissions).where(submissions.c.id.in_(newest))).mappings()
    return {row["campaign"]: _of(row) for row in rows}


def restore(connection: Connection, submission: Submission, target: Path) -> None:
    """Write its bytes to `target`; raises StateError where they were erased or are not what they were."""
    if submission.upload:
        campaigns.restore_upload(connection, campaigns.upload(connection, submission.upload), target)
        return
    digest = sha256()
    query = select(submission_parts.c.bytes).where(submission_parts.c.submission == submission.id)
    with target.open("wb") as file:
        for (packed,) in connection.execute(query.order_by(submission_parts.c.part)):
            part = unpack(packed)
            digest.update(part)
            file.write(part)
    if submission.erased_at:
        raise StateError(
            f"The file {submission.name} was erased on {day(submission.erased_at)}; its totals are kept."
        )
    if digest.hexdigest() != submission.sha256:
        raise StateError(f"The ledger's copy of {submission.name} is damaged. Upload the file again.")


def parts_of(connection: Connection, submission: Submission) -> Iterator[bytes]:
    """Its bytes in parts; raises StateError where they were erased."""
    if submission.erased_at:
        raise StateError(
            f"The file {submission.name} was erased on {day(submission.erased_at)}; its totals are kept."
        )
    table, mine = (upload_parts, upload_parts.c.upload == submission.upload) if submission.upload else (
        submission_parts, submission_parts.c.submission == submission.id)  # fmt: skip
    for (packed,) in connection.execute(select(table.c.bytes).where(mine).order_by(table.c.part)):
        yield unpack(packed)


def became(connection: Connection, submission: int, upload: int) -> None:
    """Its plan is written down as an upload, which has the bytes from now on."""
    connection.execute(update(submissions).where(submissions.c.id == submission).values(upload=upload))
    connection.execute(delete(submission_parts).where(submission_parts.c.submission == submission))


def _of(row: Mapping[Any, Any]) -> Submission:
    return Submission(**{**row, "actor": actors.unpacked(row["actor"]), "options": orjson.loads(row["options"])})
