"""What may a program do in somebody's name?  API tokens: shown once, kept as a hash, never more than the user may.
And what was answered first to a request that names itself with a key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from campaign_runner.app.accounts.door_secrets import digest, new_token
from campaign_runner.app.accounts.sign_in import actor_of
from campaign_runner.app.accounts.users import find_user, known_roles
from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import api_tokens, people
from campaign_runner.ledger.api_tokens import ApiToken
from campaign_runner.ledger.api_tokens import FirstAnswer as FirstAnswer
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict, NotFound, UsageError

USUAL, LONGEST = timedelta(days=90), timedelta(days=366)
_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


def create_token(
    workspace: Workspace, actor: Actor | None, email: str, name: str, roles: Iterable[str] = (), expires: str = ""
) -> tuple[ApiToken, str]:
    """A new token, and what the program is to carry; `expires`: 90d, 12h. Raises UsageError."""
    user = find_user(workspace, email)
    wanted = known_roles(roles) if (roles := tuple(roles)) else frozenset()
    if more := wanted - user.roles:
        raise UsageError(
            f"{user.email} does not have the role {', '.join(sorted(more))}: a token cannot have more roles than its user."
        )
    if user.disabled_at:
        raise UsageError(f"{user.email} is disabled.")
    if not name.strip():
        raise UsageError("Name the token after the program that uses it.")
    until = workspace.clock.now() + lasting(expires)
    secret = new_token()
    with workspace.ledger(actor).write("create a token", durable=True) as connection:
        made = api_tokens.add(connection, digest(secret), user.id, name.strip()[:100], wanted, workspace.at(),
                              until.isoformat(timespec="seconds"))  # fmt: skip
    return made, secret


def list_tokens(workspace: Workspace, user: int | None = None) -> list[ApiToken]:
    """All tokens, or those of one account, the newest first."""
    with workspace.ledger().read() as connection:
        return api_tokens.listing(connection, user)


def revoke_token(workspace: Workspace, actor: Actor | None, number: int, *, of_user: int | None = None) -> None:
    """It opens nothing from now on; raises NotFound, also for a token that is not `of_user`'s."""
    with workspace.ledger(actor).write("revoke a token", durable=True) as connection:
        mine = [token for token in api_tokens.listing(connection, of_user) if token.id == number]
        if not mine:
            raise NotFound(f"There is no token {number}. `token list` shows all tokens.")
        if not mine[0].revoked_at:
            api_tokens.revoke(connection, mine[0], workspace.at())


def viewer_of_token(workspace: Workspace, secret: str) -> Viewer | None:
    """In whose name a program comes, with the roles of the token that the user still has; None: it opens nothing."""
    at = workspace.at()
    with workspace.ledger().read() as connection:
        token = api_tokens.by_hash(connection, digest(secret))
        user = people.get(connection, token.user) if token else None
    if token is None or user is None or token.revoked_at or user.disabled_at:
        return None
    if datetime.fromisoformat(token.expires_at) <= workspace.clock.now():
        return None
    if token.used_at[:16] != at[:16]:  # to the minute
        with workspace.ledger().write("use a token") as connection:
            api_tokens.touch(connection, token, at)
    roles = token.roles & user.roles if token.roles else user.roles
    return Viewer(
        user.id, user.email, user.name, roles, actor_of(user, "token"), "", user.language, bool(user.totp_key)
    )


def lasting(expires: str) -> timedelta:
    """`90d`, `12h` -> how long; "" = 90 days, at most a year; raises UsageError."""
    if not expires:
        return USUAL
    typed = re.fullmatch(r"([0-9]{1,6})([dhms])", expires.strip())
    lasts = timedelta(seconds=int(typed[1]) * _UNITS[typed[2]]) if typed else timedelta()
    if not timedelta() < lasts <= LONGEST:
        raise UsageError(f"--expires {expires}: give a time of at most 366 days, such as 90d or 12h.")
    return lasts


__all__ = ["FirstAnswer", "claim_key", "forget_key", "keep_answer"]


def claim_key(workspace: Workspace, user: int, key: str, digest: str) -> FirstAnswer | None:
    """The first answer; None where this request is the first. Raises Conflict for another body, or one under way."""
    with workspace.ledger().write("claim a key") as connection:
        first = api_tokens.claim(connection, user, key, digest, workspace.clock.now().timestamp())
    if first is None:
        return None
    if first.digest != digest:
        raise Conflict("This Idempotency-Key was used with another request. Use a new key for a new request.")
    if not first.status:
        raise Conflict("A request with this Idempotency-Key is still under way. Ask again in a moment.")
    return first


def keep_answer(workspace: Workspace, user: int, key: str, answer: FirstAnswer) -> None:
    """Remember it."""
    with workspace.ledger().write("keep an answer") as connection:
        api_tokens.keep(connection, user, key, answer)


def forget_key(workspace: Workspace, user: int, key: str) -> None:
    """Nothing came of the request."""
    with workspace.ledger().write("forget a key") as connection:
        api_tokens.forget(connection, user, key)
