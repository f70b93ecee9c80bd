"""What did the newest check of a submission find?  Its answer as plain data, and the problems, cell by cell."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, or_, select, update

from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.submission_tables import check_parts, checks, problems, submissions

PROBLEM = ("row", "cell", "field", "header", "value", "problem", "what_to_do", "severity", "rule")


class Check(NamedTuple):
    """What was found: `state` is checked or unusable, `plan` names the plan ("" = none), `result` is plain data."""

    at: str
    state: str
    plan: str
    result: Mapping[str, Any]
    asked_at: str = ""


def record_check(
    connection: Connection, submission: int, check: Check, rows: Iterable[Sequence[Any]] = ()
) -> None:  # fmt: skip
    """Keep what a check found, in place of an earlier one; `rows` are problems as `PROBLEM` names their parts."""
    for table in (problems, check_parts, checks):
        connection.execute(delete(table).where(table.c.submission == submission))
    values = {"submission": submission, "at": check.at, "state": check.state, "plan": check.plan,
              "brief": orjson.dumps(brief(check.result)).decode(),
              "result": orjson.dumps(check.result, default=str).decode()}  # fmt: skip
    connection.execute(checks.insert().values(**values))
    many = ((submission, number, *row) for number, row in enumerate(rows))
    insert_many(connection, problems, ("submission", "number", *PROBLEM), many)


def brief(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a list of campaigns needs of a result: counts, sums, and whether it was refused."""
    return {"rows": result.get("rows", {}), "amounts": result.get("amounts", {}),
            "approval": result.get("approval", "not needed"), "refused": bool(result.get("refused"))}  # fmt: skip


def check_of(connection: Connection, submission: int) -> Check | None:
    """What its newest check found; None while it was not checked."""
    row = connection.execute(select(checks).where(checks.c.submission == submission)).one_or_none()
    return Check(row.at, row.state, row.plan, orjson.loads(row.result), row.asked_at) if row else None


def briefs_of(connection: Connection, which: Collection[int]) -> dict[int, Check]:
    """The newest checks of some submissions, with what is `brief` of their results."""
    columns = (checks.c.submission, checks.c.at, checks.c.state, checks.c.plan, checks.c.asked_at, checks.c.brief)
    rows = connection.execute(select(*columns).where(checks.c.submission.in_(which))).all()
    older = [row.submission for row in rows if not row.brief]
    whole = {number: check.result for number in older if (check := check_of(connection, number))}
    return {row.submission: Check(row.at, row.state, row.plan, brief(whole[row.submission]) if row.submission in whole
                                  else orjson.loads(row.brief), row.asked_at) for row in rows}  # fmt: skip


def with_plan(connection: Connection, campaign_key: int, plan: str) -> int | None:
    """The newest submission that comes to this plan."""
    query = select(func.max(checks.c.submission)).join(submissions, submissions.c.id == checks.c.submission)
    return connection.execute(query.where(checks.c.plan == plan, submissions.c.campaign == campaign_key)).scalar()


def ask_for(connection: Connection, submission: int, at: str) -> None:
    """Somebody wants its plan approved, or sent."""
    connection.execute(
        update(checks).where(checks.c.submission == submission, checks.c.asked_at == "").values(asked_at=at)
    )


def problems_of(
    connection: Connection, submission: int, *, field: str = "", severity: str = "", rule: str = "", header: str = "",
    q: str = "", after: int = -1, limit: int = 100,
) -> list[Mapping[str, Any]]:  # fmt: skip
    """Its problems in the order of the file, a page of them; each with its `number`. `q` is a row, a cell or a part of a
    value."""
    query = select(problems).where(problems.c.submission == submission, problems.c.number > after)
    exact = ((problems.c.field, field), (problems.c.severity, severity), (problems.c.rule, rule),
             (problems.c.header, header))  # fmt: skip
    for column, wanted in exact:
        query = query.where(column == wanted) if wanted else query
    if q:
        row = [problems.c.row == int(q)] if q.isascii() and q.isdigit() and len(q) < 10 else []
        query = query.where(or_(problems.c.cell == q.upper(), problems.c.value.icontains(q, autoescape=True), *row))
    return [dict(row) for row in connection.execute(query.order_by(problems.c.number).limit(limit)).mappings()]


def rejected_rows(connection: Connection, submission: int, after: int) -> Iterator[Mapping[str, Any]]:
    """The first error of each row behind `after`, in the order of the rows."""
    first = select(func.min(problems.c.number)).where(problems.c.submission == submission, problems.c.row > after)
    first = first.where(problems.c.severity == "error").group_by(problems.c.row)
    query = select(problems).where(problems.c.submission == submission, problems.c.number.in_(first))
    yield from (dict(row) for row in connection.execute(query.order_by(problems.c.row)).mappings())


def values_of(connection: Connection, submission: int, rule: str, header: str, limit: int) -> list[tuple[str, int]]:
    """The values of a column of which problems are told ("" = of any kind), with how often, the most frequent first."""
    query = select(problems.c.value, func.count()).where(
        problems.c.submission == submission, problems.c.header == header
    )
    query = query.where(problems.c.rule == rule) if rule else query
    query = query.group_by(problems.c.value).order_by(func.count().desc(), problems.c.value).limit(limit)
    return [(str(value), int(number)) for value, number in connection.execute(query)]


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


def rows_alike(connection: Connection, submission: int, field: str, value: str) -> list[int]:
    """The rows of which a cell of this field (or header) has a problem, and this value."""
    named = or_(problems.c.field == field, problems.c.header == field)
    query = select(problems.c.row).where(problems.c.submission == submission, named, problems.c.value == value)
    return sorted(set(connection.execute(query).scalars()))


# Lines that would be sent and those that were; rows that are not as in the plan approved last, or in the last upload.
LINES, SENT, SINCE_APPROVED, SINCE_UPLOAD = "lines", "sent", "approved", "upload"


def packed(part: bytes) -> bytes:
    """A part as it is kept."""
    return zlib.compress(part, 1)


def unpacked(part: bytes) -> bytes:
    """What was packed."""
    return zlib.decompress(part)


def keep(connection: Connection, submission: int, kind: str, parts: Iterable[bytes]) -> None:
    """Keep these packed parts of a check that is kept in the same transaction."""
    rows = ((submission, kind, number, part) for number, part in enumerate(parts))
    insert_many(connection, check_parts, ("submission", "kind", "part", "bytes"), rows)


def part(connection: Connection, submission: int, kind: str, number: int) -> bytes | None:
    """One part; None where there are fewer."""
    query = select(check_parts.c.bytes).where(check_parts.c.submission == submission, check_parts.c.kind == kind)
    content = connection.execute(query.where(check_parts.c.part == number)).scalar()
    return None if content is None else zlib.decompress(content)


def parts(connection: Connection, submission: int, *kinds: str) -> Iterator[bytes]:
    """All parts of some kinds, in order."""
    query = select(check_parts.c.bytes).where(check_parts.c.submission == submission, check_parts.c.kind.in_(kinds))
    for content in connection.execute(query.order_by(check_parts.c.kind, check_parts.c.part)).scalars():
        yield zlib.decompress(content)


def forget(connection: Connection, submissions: Collection[int]) -> None:
    """Delete the parts of these submissions."""
    connection.execute(delete(check_parts).where(check_parts.c.submission.in_(submissions)))


def submissions_with_parts(connection: Connection) -> list[int]:
    """The submissions of which there are any."""
    return list(connection.execute(select(check_parts.c.submission).distinct()).scalars())
