"""What work is wanted, and who does it?  One row for each kind and key; anyone who works on one has it for a lease.

Wanting and being done are moves in the transaction of what they belong to: no job without its row, and a wish that is
made while the work is under way is seen to afterwards. A job that runs twice is harmless: the campaign's claim decides.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from campaign_runner.ledger import engine
from campaign_runner.ledger.submission_tables import jobs

# The kinds of work; `app.jobs` has what does each.
CHECK, DRIVE, REPORT, RETRY, BOOKS, STATEMENT, RETENTION, NOTIFY, TRIAL, CATALOGUE = (
    "check", "drive", "report", "retry", "books", "statement", "retention", "notify", "trial", "catalogue"
)  # fmt: skip
INBOX = "inbox"
REFRESH = "refresh"  # Tango's catalogue, at once: an administrator asked for it
PERSON = "person"  # one person's data, exported or erased
LEASE = 6.0
# A job that fails is tried again after this many seconds, the last figure forever.
AGAIN_AFTER = (1, 5, 30, 120, 600)


class Job(NamedTuple):
    """Work in hand: `wanted` = the wishes that it answers, `fence` = the number under which it was taken."""

    kind: str
    key: str
    wanted: int
    fence: int
    failures: int


def now(connection: Connection) -> float:
    """Seconds since 1970 by the clock of the database."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
    return float(connection.execute(select((func.julianday("now") - 2440587.5) * 86400.0)).scalar_one())


def want(connection: Connection, kind: str, key: object, at: str, *, in_seconds: float = 0) -> None:
    """Ask for work in the caller's transaction: at once, or in this many seconds."""
    due = now(connection) + in_seconds
    sooner = {"wanted": jobs.c.wanted + 1, "wanted_at": at, "due_at": due, "failures": 0, "error": ""}
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[connection.dialect.name](jobs)
    new = insert.values(kind=kind, key=str(key), wanted=1, wanted_at=at, due_at=due)
    connection.execute(
        new.on_conflict_do_update(index_elements=["kind", "key"], set_=sooner)
    )  # two may want it at once
    engine.defer(connection, kind, str(key), in_seconds)


def hasten(connection: Connection, kind: str, key: object) -> None:
    """Work that waits is due now; where none waits, none is made."""
    mine = (jobs.c.kind == kind, jobs.c.key == str(key))
    if connection.execute(update(jobs).where(*mine).values(due_at=now(connection))).rowcount:
        engine.defer(connection, kind, str(key))


def take(connection: Connection, kinds: frozenset[str], only: tuple[str, str] | None = None) -> Job | None:
    """The job that has been due longest and is nobody's, for a lease; None if there is none. `only`: this kind and key."""
    moment = now(connection)
    due = select(jobs).where(jobs.c.kind.in_(kinds), jobs.c.due_at <= moment, jobs.c.leased_until <= moment)
    due = due.where(jobs.c.kind == only[0], jobs.c.key == only[1]) if only else due
    row = connection.execute(due.order_by(jobs.c.due_at).limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    mine = (jobs.c.kind == row.kind, jobs.c.key == row.key)
    connection.execute(update(jobs).where(*mine).values(fence=row.fence + 1, leased_until=moment + LEASE))
    return Job(row.kind, row.key, row.wanted, row.fence + 1, row.failures)


def renew(connection: Connection, job: Job) -> bool:
    """Keep a job for another lease; False where somebody else has it by now."""
    lease = {"leased_until": now(connection) + LEASE}
    return bool(connection.execute(update(jobs).where(*_mine(job)).values(**lease)).rowcount)


def done(connection: Connection, job: Job, again_in: float | None) -> None:
    """The work was done: the job goes, unless it is to come again or was wanted once more meanwhile."""
    gone = delete(jobs).where(*_mine(job), jobs.c.wanted == job.wanted)
    if again_in is None and connection.execute(gone).rowcount:
        return
    moment = now(connection)
    mine = update(jobs).where(*_mine(job))
    connection.execute(mine.where(jobs.c.wanted == job.wanted).values(due_at=moment + (again_in or 0)))
    connection.execute(mine.values(leased_until=0, failures=0, error=""))


def failed(connection: Connection, job: Job, error: str) -> None:
    """The work could not be done: it is tried again later."""
    wait = AGAIN_AFTER[min(job.failures, len(AGAIN_AFTER) - 1)]
    values = {
        "failures": job.failures + 1,
        "error": error[:1000],
        "leased_until": 0,
        "due_at": now(connection) + wait,
    }
    connection.execute(update(jobs).where(*_mine(job)).values(**values))


def is_wanted(connection: Connection, kind: str, key: object) -> bool:
    """Whether such work waits or is under way."""
    query = select(jobs.c.kind).where(jobs.c.kind == kind, jobs.c.key == str(key))
    return connection.execute(query).first() is not None


def wanted_keys(connection: Connection, kind: str) -> frozenset[str]:
    """The keys of all work of a kind that waits or is under way."""
    return frozenset(connection.execute(select(jobs.c.key).where(jobs.c.kind == kind)).scalars())


def is_any_due(connection: Connection) -> bool:
    """Whether work is due that is in nobody's hands."""
    moment = now(connection)
    query = select(jobs.c.kind).where(jobs.c.due_at <= moment, jobs.c.leased_until <= moment)
    return connection.execute(query.limit(1)).first() is not None


def how_many_due(connection: Connection, kind: str) -> int:
    """How much work of a kind is due that is in nobody's hands."""
    moment = now(connection)
    query = select(func.count()).where(jobs.c.kind == kind, jobs.c.due_at <= moment, jobs.c.leased_until <= moment)
    return int(connection.execute(query).scalar_one())


def error_of(connection: Connection, kind: str, key: object) -> str:
    """Why work could not be done when it was tried last; it is tried again. Empty where nothing is wrong."""
    query = select(jobs.c.error).where(jobs.c.kind == kind, jobs.c.key == str(key))
    return str(connection.execute(query).scalar() or "")


def until_due(connection: Connection, kind: str, key: str) -> float | None:
    """Seconds until a job is due and in nobody's hands (0 or less: now); None if there is none."""
    query = select(jobs.c.due_at, jobs.c.leased_until).where(jobs.c.kind == kind, jobs.c.key == key)
    row = connection.execute(query).one_or_none()
    return None if row is None else max(row.due_at, row.leased_until) - now(connection)


def longest_due(connection: Connection) -> float:
    """For how many seconds the job that waits longest has been due, and in nobody's hands."""
    moment = now(connection)
    waiting = select(func.min(jobs.c.due_at)).where(jobs.c.leased_until <= moment)
    due = connection.execute(waiting).scalar()
    return 0.0 if due is None else max(0.0, moment - float(due))


def failing(connection: Connection) -> list[tuple[str, str, str]]:
    """Kind, key and error of jobs that could not be done when they were tried last."""
    query = select(jobs.c.kind, jobs.c.key, jobs.c.error).where(jobs.c.failures > 0).order_by(jobs.c.kind, jobs.c.key)
    return [(str(kind), str(key), str(error)) for kind, key, error in connection.execute(query.limit(50))]


def failing_kinds(connection: Connection, times: int) -> list[str]:
    """Kinds of jobs that could not be done so many times in a row."""
    query = select(jobs.c.kind).where(jobs.c.failures >= times).distinct().order_by(jobs.c.kind)
    return [str(kind) for kind in connection.execute(query).scalars()]


def _mine(job: Job) -> tuple[ColumnElement[bool], ...]:
    return jobs.c.kind == job.kind, jobs.c.key == job.key, jobs.c.fence == job.fence
