"""Who is signed in, since when, and who has to wait before the next try?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from campaign_runner.ledger import events
from campaign_runner.ledger.people_tables import provider_sign_ins, sessions, sign_in_failures

# Failures are forgotten after so long without one; the first wait and the longest.
FORGOTTEN, FIRST, LONGEST = 3600.0, 4.0, 900.0


class Session(NamedTuple):
    """One browser of one account; times in seconds since 1970."""

    hash: str
    user: int
    began: float
    seen: float
    agent: str
    address: str
    id_token: str = ""
    awaits_code: int = 0


class SignInLimits(NamedTuple):
    """How long a session lasts without use, and at most: seconds."""

    idle: float
    longest: float


class ProviderSignIn(NamedTuple):
    """A sign-in at an identity provider that is under way."""

    verifier: str
    nonce: str
    next: str


def begin(connection: Connection, session: Session) -> None:
    """A new session."""
    connection.execute(sessions.insert().values(**session._asdict()))


def session(connection: Connection, digest: str, now: float, limits: SignInLimits) -> Session | None:
    """The session of this hash, unless it has ended."""
    query = select(sessions).where(sessions.c.hash == digest, _alive(now, limits))
    row = connection.execute(query).mappings().one_or_none()
    return Session(**row) if row else None


def sessions_of(connection: Connection, user: int, now: float, limits: SignInLimits) -> list[Session]:
    """The sessions of an account, the newest first."""
    query = select(sessions).where(sessions.c.user == user, _alive(now, limits)).order_by(sessions.c.seen.desc())
    return [Session(**row) for row in connection.execute(query).mappings()]


def touch(connection: Connection, digest: str, now: float) -> None:
    """The session is in use."""
    connection.execute(update(sessions).where(sessions.c.hash == digest).values(seen=now))


def end(connection: Connection, digest: str, user: int | None = None) -> bool:
    """End a session, of this account only if it is given; False where there is none."""
    mine = [sessions.c.hash == digest, *([] if user is None else [sessions.c.user == user])]
    return bool(connection.execute(delete(sessions).where(*mine)).rowcount)


def forget_ended(connection: Connection, now: float, limits: SignInLimits) -> None:
    """Delete what has ended."""
    connection.execute(delete(sessions).where(~_alive(now, limits)))
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.last < now - FORGOTTEN))
    connection.execute(delete(provider_sign_ins).where(provider_sign_ins.c.until < now))


def claim_try(connection: Connection, abouts: Mapping[str, int], now: float) -> float:
    """Count a try before its outcome is known, and return 0; or the seconds to wait, and it is not counted.

    `abouts` has how many failures are free by account, by address; then each doubles the wait.
    """
    for about in sorted(abouts):
        events.alone_with(connection, f"sign-in {about}")
    rows = connection.execute(select(sign_in_failures).where(sign_in_failures.c.about.in_(abouts))).all()
    before = {row.about: row for row in rows if row.last >= now - FORGOTTEN}
    if (wait := max((row.until - now for row in before.values()), default=0.0)) > 0:
        return float(wait)
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.about.in_(abouts)))
    for about, free in abouts.items():
        failures = 1 + (before[about].failures if about in before else 0)
        until = now + min(LONGEST, FIRST * 2.0 ** min(failures - free, 20)) if failures >= free else now
        connection.execute(sign_in_failures.insert().values(about=about, failures=failures, last=now, until=until))
    return 0.0


def forgive(connection: Connection, about: str, *, all_of_them: bool) -> None:
    """The try was a success: it does not count, or nothing of this account's counts any more."""
    mine = sign_in_failures.c.about == about
    if all_of_them:
        connection.execute(delete(sign_in_failures).where(mine))
    else:
        fewer = {"failures": sign_in_failures.c.failures - 1, "until": 0}
        connection.execute(update(sign_in_failures).where(mine).values(**fewer))


def begin_at_provider(connection: Connection, digest: str, begun: ProviderSignIn, until: float) -> None:
    """Remember what is compared when the browser comes back."""
    connection.execute(provider_sign_ins.insert().values(hash=digest, **begun._asdict(), until=until))


def back_from_provider(connection: Connection, digest: str, now: float) -> ProviderSignIn | None:
    """What was remembered; once."""
    mine = provider_sign_ins.c.hash == digest
    row = connection.execute(select(provider_sign_ins).where(mine, provider_sign_ins.c.until > now)).one_or_none()
    gone = connection.execute(delete(provider_sign_ins).where(mine)).rowcount
    return ProviderSignIn(row.verifier, row.nonce, row.next) if row and gone else None


def _alive(now: float, limits: SignInLimits) -> ColumnElement[bool]:
    return and_(sessions.c.seen > now - limits.idle, sessions.c.began > now - limits.longest)
