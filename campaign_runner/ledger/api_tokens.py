"""Which API tokens are there, whose, for what, until when?  Only their hashes are kept. And the first answers to
requests that name themselves with a key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from campaign_runner.ledger import events
from campaign_runner.ledger.people_tables import idempotency, tokens, users
from campaign_runner.model.roles import Role


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token; `roles` are those that it is confined to (empty: all of its user's)."""

    id: int
    user: int
    email: str
    name: str
    roles: frozenset[Role]
    created_at: str
    expires_at: str
    used_at: str = ""
    revoked_at: str = ""


def add(
    connection: Connection, digest: str, user: int, name: str, roles: Iterable[Role], at: str, expires_at: str
) -> ApiToken:
    """A new token, by its hash."""
    values = {"user": user, "name": name, "roles": " ".join(sorted(set(roles))), "expires_at": expires_at}
    made = connection.execute(tokens.insert().values(hash=digest, created_at=at, **values)).inserted_primary_key
    assert made
    token = next(each for each in listing(connection) if each.id == made[0])
    events.append(connection, 0, at, "token created", token=token.id, user=token.email, name=name,
                  roles=values["roles"], expires_at=expires_at)  # fmt: skip
    return token


def by_hash(connection: Connection, digest: str) -> ApiToken | None:
    """The token of this hash."""
    row = connection.execute(_all().where(tokens.c.hash == digest)).mappings().one_or_none()
    return _token(row) if row else None


def listing(connection: Connection, user: int | None = None) -> list[ApiToken]:
    """All tokens, or those of one account, the newest first."""
    query = _all().order_by(tokens.c.id.desc())
    rows = connection.execute(query if user is None else query.where(tokens.c.user == user)).mappings()
    return [_token(row) for row in rows]


def touch(connection: Connection, token: ApiToken, at: str) -> None:
    """The token is in use."""
    connection.execute(update(tokens).where(tokens.c.id == token.id).values(used_at=at))


def revoke(connection: Connection, token: ApiToken, at: str) -> None:
    """It opens nothing from now on."""
    connection.execute(update(tokens).where(tokens.c.id == token.id, tokens.c.revoked_at == "").values(revoked_at=at))
    events.append(connection, 0, at, "token revoked", token=token.id, user=token.email, name=token.name)


def _all() -> Any:
    return select(tokens, users.c.email).join(users, users.c.id == tokens.c.user)


def _token(row: Any) -> ApiToken:
    values = {name: row[name] for name in ApiToken.__dataclass_fields__}
    return ApiToken(**{**values, "roles": frozenset(Role(role) for role in row["roles"].split())})


# A key is remembered for so long; a request whose server died may be made again after so long.
KEPT, STUCK = 7 * 86_400.0, 60.0


class FirstAnswer(NamedTuple):
    """What is given again; `status` 0: the first request is under way, `digest` is that of its body."""

    digest: str
    status: int = 0
    content_type: str = ""
    body: str = ""


def claim(connection: Connection, user: int, key: str, digest: str, now: float) -> FirstAnswer | None:
    """The first answer, or that one is under way; None where this request is the first."""
    mine = (idempotency.c.user == user, idempotency.c.key == key)
    events.alone_with(connection, f"idempotency {user} {key}")
    connection.execute(delete(idempotency).where(idempotency.c.at < now - KEPT))
    row = connection.execute(select(idempotency).where(*mine)).one_or_none()
    if row and (row.status or row.digest != digest or row.at > now - STUCK):
        return FirstAnswer(row.digest, row.status, row.content_type, row.body)
    connection.execute(delete(idempotency).where(*mine))
    connection.execute(idempotency.insert().values(user=user, key=key, digest=digest, at=now))
    return None


def keep(connection: Connection, user: int, key: str, answer: FirstAnswer) -> None:
    """Remember the first answer."""
    mine = update(idempotency).where(idempotency.c.user == user, idempotency.c.key == key)
    connection.execute(mine.values(**answer._asdict()))


def forget(connection: Connection, user: int, key: str) -> None:
    """The request came to nothing: it may be made again."""
    connection.execute(delete(idempotency).where(idempotency.c.user == user, idempotency.c.key == key))
