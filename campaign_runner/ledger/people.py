"""Who has an account, with which roles, and which links set a password?  Each change is an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from campaign_runner.ledger import events
from campaign_runner.ledger.people_tables import password_links, sessions, shares, users
from campaign_runner.model.roles import Role

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class User:
    """An account; `password` is a hash ("" = none), `issuer` who vouches for it."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    issuer: str = LOCAL
    subject: str = ""
    password: str = field(default="", repr=False)
    totp_key: str = field(default="", repr=False)
    totp_step: int = 0
    language: str = ""
    created_at: str = ""
    disabled_at: str = ""


def add(
    connection: Connection, email: str, name: str, roles: Iterable[Role], at: str, *, issuer: str = LOCAL,
    subject: str = "",
) -> User:  # fmt: skip
    """A new account, whose address nobody has yet."""
    values = {"email": folded(email), "name": name, "roles": _packed(roles), "issuer": issuer, "subject": subject}
    made = connection.execute(users.insert().values(**values, created_at=at)).inserted_primary_key
    assert made
    events.append(connection, 0, at, "user added", user=values["email"], roles=values["roles"], issuer=issuer)
    return get(connection, made[0])


def get(connection: Connection, number: int) -> User:
    """The account of this number."""
    return _user(connection.execute(select(users).where(users.c.id == number)).mappings().one())


def by_email(connection: Connection, email: str) -> User | None:
    """The account of this address."""
    row = connection.execute(select(users).where(users.c.email == folded(email))).mappings().one_or_none()
    return _user(row) if row else None


def by_subject(connection: Connection, issuer: str, subject: str) -> User | None:
    """The account for which an identity provider vouches under this name."""
    mine = select(users).where(users.c.issuer == issuer, users.c.subject == subject)
    row = connection.execute(mine).mappings().one_or_none()
    return _user(row) if row else None


def everybody(connection: Connection) -> list[User]:
    """All accounts, by address."""
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.email)).mappings()]


def number(connection: Connection) -> int:
    """How many accounts there are."""
    return int(connection.execute(select(func.count()).select_from(users)).scalar_one())


def change(connection: Connection, user: User, at: str, kind: str, **values: Any) -> None:
    """Change an account; the event `kind` names what was changed, never a secret."""
    if "roles" in values:
        values["roles"] = _packed(values["roles"])
    connection.execute(update(users).where(users.c.id == user.id).values(**values))
    changes = {name: value for name, value in values.items() if name in ("roles", "name", "language")}
    events.append(connection, 0, at, kind, user=user.email, **changes)


def use_code(connection: Connection, user: User, step: int) -> bool:
    """Take a one-time code; False where this one, or a newer one, was taken already."""
    mine = update(users).where(users.c.id == user.id, users.c.totp_step < step)
    return bool(connection.execute(mine.values(totp_step=step)).rowcount)


def end_sessions(connection: Connection, user: User, but: str = "") -> int:
    """End all sessions of an account, except the one with the hash `but`; how many there were."""
    return connection.execute(delete(sessions).where(sessions.c.user == user.id, sessions.c.hash != but)).rowcount


def add_link(connection: Connection, digest: str, user: int, until: float) -> None:
    """A link that sets a password; older ones of the same account are void."""
    connection.execute(delete(password_links).where(password_links.c.user == user))
    connection.execute(password_links.insert().values(hash=digest, user=user, until=until))


def link_user(connection: Connection, digest: str, now: float) -> int | None:
    """Whose password the link sets (0: the first administrator's); None where it is unknown, used or too old."""
    query = select(password_links.c.user).where(password_links.c.hash == digest, password_links.c.until > now)
    return connection.execute(query).scalar_one_or_none()


def use_link(connection: Connection, digest: str, now: float) -> int | None:
    """The same, and the link is used up."""
    user = link_user(connection, digest, now)
    gone = connection.execute(delete(password_links).where(password_links.c.hash == digest)).rowcount
    return user if gone else None


def shared_with(connection: Connection, user: int) -> set[int]:
    """The campaigns that somebody shared with this account, by their numbers."""
    return set(connection.execute(select(shares.c.campaign).where(shares.c.user == user)).scalars())


def shared_by(connection: Connection, campaign_key: int) -> list[User]:
    """With whom a campaign is shared."""
    mine = select(users).join(shares, shares.c.user == users.c.id).where(shares.c.campaign == campaign_key)
    return [_user(row) for row in connection.execute(mine.order_by(users.c.email)).mappings()]


def share(connection: Connection, campaign_key: int, user: User, at: str) -> None:
    """Share a campaign."""
    if campaign_key not in shared_with(connection, user.id):
        connection.execute(shares.insert().values(campaign=campaign_key, user=user.id))
        events.append(connection, campaign_key, at, "campaign shared", user=user.email)


def unshare(connection: Connection, campaign_key: int, user: User, at: str) -> None:
    """Take a share back."""
    gone = delete(shares).where(shares.c.campaign == campaign_key, shares.c.user == user.id)
    if connection.execute(gone).rowcount:
        events.append(connection, campaign_key, at, "campaign no longer shared", user=user.email)


def folded(email: str) -> str:
    """An address as accounts are told apart."""
    return email.strip().casefold()


def _packed(roles: Iterable[Role]) -> str:
    return " ".join(sorted(set(roles)))


def _user(row: Any) -> User:
    values = {name: row[name] for name in User.__dataclass_fields__}
    return User(**{**values, "roles": frozenset(Role(role) for role in row["roles"].split())})
