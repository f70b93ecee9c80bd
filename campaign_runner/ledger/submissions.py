"""What came in, by which door, from whom?  A submission: a file, its digest, who submitted it and how it is to be read.

Its bytes are kept here until its plan is written down: from then on the upload has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, literal, or_, select, update

from campaign_runner.ledger import actors, campaigns, events, schema
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.schema import upload_parts
from campaign_runner.ledger.store import insert_many
from campaign_runner.ledger.submission_tables import (
    checks,
    corrections,
    problems,
    sendings,
    submission_parts,
    submissions,
)
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import NotFound, StateError
from campaign_runner.model.wording import day

PART = 4 * 1024 * 1024
PROBLEM = ("row", "cell", "field", "header", "value", "problem", "what_to_do", "severity", "rule")


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


class Check(NamedTuple):
    """What was found: `state` is checked or unusable, `plan` names the plan ("" = none), `result` is plain data."""

    at: str
    state: str
    plan: str
    result: Mapping[str, Any]
    asked_at: str = ""


class Correction(NamedTuple):
    """One cell: `field` is Tango's name or the header of an own column."""

    row: int
    field: str
    before: str
    after: str


class Sending(NamedTuple):
    """The plan of a submission that is to be sent, on whose word, and with which options."""

    submission: int
    plan: str
    actor: Actor
    at: str
    options: Mapping[str, Any]
    refused: str = ""


def add(
    connection: Connection, campaign_key: int, path: Path, name: str, actor: Actor, channel: str, at: str, *,
    options: Mapping[str, Any], corrects: int = 0, keep: bool = True,
) -> Submission:  # fmt: skip
    """Write a submission down; `keep` its bytes, unless its plan is written down by the same command."""
    digest = campaigns.file_sha256(path)
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
    """The same bytes as a submission of its own: to be corrected, or checked anew after a decision."""
    latest = select(func.max(submissions.c.number)).where(submissions.c.campaign == older.campaign)
    number = int(connection.execute(latest).scalar_one()) + 1
    said = dict(older.options if options is None else options)
    values = {"campaign": older.campaign, "number": number, "at": at, "actor": actors.packed(actor), "channel": channel,
              "name": older.name, "size": older.size, "sha256": older.sha256, "corrects": corrects,
              "options": orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()}  # fmt: skip
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


def _with_columns(connection: Connection, campaign_key: int = 0) -> list[Submission]:
    query = select(submissions).where(submissions.c.options.contains('"columns":{"', autoescape=True))
    query = query.where(submissions.c.campaign == campaign_key) if campaign_key else query
    return [_of(row) for row in connection.execute(query.order_by(submissions.c.id.desc()).limit(100)).mappings()]


def rewrite(connection: Connection, submission: Submission, path: Path, name: str, at: str) -> Submission:
    """Its corrected bytes, in place of the copy of those that were submitted."""
    digest = campaigns.file_sha256(path)
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


def record_check(
    connection: Connection, submission: int, found: Check, rows: Iterable[Sequence[Any]] = ()
) -> None:  # fmt: skip
    """Keep what a check found, in place of an earlier one; `rows` are problems as `PROBLEM` names their parts."""
    for table in (problems, checks):
        connection.execute(delete(table).where(table.c.submission == submission))
    values = {"submission": submission, "at": found.at, "state": found.state, "plan": found.plan,
              "result": orjson.dumps(found.result, default=str).decode()}  # fmt: skip
    connection.execute(checks.insert().values(**values))
    many = ((submission, number, *row) for number, row in enumerate(rows))
    insert_many(connection, problems, ("submission", "number", *PROBLEM), many)


def check_of(connection: Connection, submission: int) -> Check | None:
    """What its newest check found; None while it was not checked."""
    row = connection.execute(select(checks).where(checks.c.submission == submission)).one_or_none()
    return Check(row.at, row.state, row.plan, orjson.loads(row.result), row.asked_at) if row else None


def ask_for(connection: Connection, submission: int, at: str) -> None:
    """Somebody wants its plan approved, or sent."""
    connection.execute(
        update(checks).where(checks.c.submission == submission, checks.c.asked_at == "").values(asked_at=at)
    )


def problems_of(
    connection: Connection, submission: int, *, field: str = "", severity: str = "", rule: str = "", after: int = -1,
    limit: int = 100,
) -> list[Mapping[str, Any]]:  # fmt: skip
    """Its problems in the order of the file, a page of them; each with its `number`."""
    query = select(problems).where(problems.c.submission == submission, problems.c.number > after)
    for column, wanted in ((problems.c.field, field), (problems.c.severity, severity), (problems.c.rule, rule)):
        query = query.where(column == wanted) if wanted else query
    return [dict(row) for row in connection.execute(query.order_by(problems.c.number).limit(limit)).mappings()]


def problem_count(connection: Connection, submission: int) -> int:
    """How many there are."""
    query = select(func.count()).select_from(problems).where(problems.c.submission == submission)
    return int(connection.execute(query).scalar_one())


def problem_groups(connection: Connection, submission: int) -> list[dict[str, Any]]:
    """Its problems by kind, the most frequent first."""
    kinds = (problems.c.rule, problems.c.field, problems.c.header, problems.c.severity)
    query = select(*kinds, func.count().label("count"), func.min(problems.c.problem).label("problem"),
                   func.min(problems.c.what_to_do).label("what_to_do"))  # fmt: skip
    query = query.where(problems.c.submission == submission).group_by(*kinds)
    return [dict(row) for row in connection.execute(query.order_by(func.count().desc())).mappings()]


def record_corrections(
    connection: Connection, submission: Submission, made: Sequence[Correction], actor: Actor, at: str
) -> None:
    """Who corrected which cells, before and after: of the submission that has them."""
    rows = ((submission.id, i, *one, actors.packed(actor), at) for i, one in enumerate(made))
    names = ("submission", "number", "row", "field", "before", "after", "actor", "at")
    insert_many(connection, corrections, names, rows)
    cells = [f"row {one.row} {one.field}" for one in made]
    events.append(connection, submission.campaign, at, "cells corrected", number=submission.number, cells=cells)


def record_before(connection: Connection, submission: int, before: Mapping[int, str]) -> None:
    """What the corrected cells were, by the number of the correction."""
    for number, value in before.items():
        mine = (corrections.c.submission == submission, corrections.c.number == number)
        connection.execute(update(corrections).where(*mine).values(before=value))


def rows_alike(connection: Connection, submission: int, field: str, value: str) -> list[int]:
    """The rows of which a cell of this field (or header) has a problem, and this value."""
    named = or_(problems.c.field == field, (problems.c.field == "") & (problems.c.header == field))
    query = select(problems.c.row).where(problems.c.submission == submission, named, problems.c.value == value)
    return sorted(set(connection.execute(query).scalars()))


def corrections_of(connection: Connection, submission: int) -> list[Mapping[str, Any]]:
    """The corrections that made this submission."""
    query = select(corrections).where(corrections.c.submission == submission).order_by(corrections.c.number)
    return [{**row, "actor": actors.unpacked(row["actor"])} for row in connection.execute(query).mappings()]


def want_sent(connection: Connection, campaign_key: int, wish: Sending) -> None:
    """Write down that a plan is to be sent, in place of an earlier wish."""
    connection.execute(delete(sendings).where(sendings.c.campaign == campaign_key))
    values = {"campaign": campaign_key, "submission": wish.submission, "plan": wish.plan, "at": wish.at,
              "actor": actors.packed(wish.actor), "options": orjson.dumps(dict(wish.options)).decode()}  # fmt: skip
    connection.execute(sendings.insert().values(**values))
    events.append(connection, campaign_key, wish.at, "sending wanted", plan=wish.plan)


def sending(connection: Connection, campaign_key: int) -> Sending | None:
    """What is to be sent of a campaign, None if nobody said so."""
    row = connection.execute(select(sendings).where(sendings.c.campaign == campaign_key)).one_or_none()
    if row is None:
        return None
    actor = actors.unpacked(row.actor)
    assert actor is not None
    return Sending(row.submission, row.plan, actor, row.at, orjson.loads(row.options), row.refused)


def refuse_sending(connection: Connection, campaign_key: int, why: str) -> None:
    """Say why a wish could not be carried out; "" where it can again."""
    connection.execute(update(sendings).where(sendings.c.campaign == campaign_key).values(refused=why))


def _of(row: Mapping[Any, Any]) -> Submission:
    return Submission(**{**row, "actor": actors.unpacked(row["actor"]), "options": orjson.loads(row["options"])})
