"""Who has an account on the server?  Accounts, their roles, and the links that set their passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Connection

from campaign_runner.app.accounts.door_secrets import digest, new_secret
from campaign_runner.app.accounts.passwords import hashed
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import people
from campaign_runner.ledger.people import User
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict, NotFound, UsageError
from campaign_runner.model.roles import Role

LINK_SECONDS, SET_UP_SECONDS = 86_400.0, 3600.0
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+")


def add_user(
    workspace: Workspace, actor: Actor | None, email: str, roles: Iterable[str], name: str = ""
) -> tuple[User, str]:
    """A new account, and the secret of the link that sets its password.

    Raises UsageError for no address or role, Conflict where the address has an account.
    """
    address, given = people.folded(email), known_roles(roles)
    if not _EMAIL.fullmatch(address) or len(address) > 200:
        raise UsageError(f"{email!r} is not an e-mail address. Give one such as ana@example.com.")
    with workspace.ledger(actor).write("add a user", durable=True) as connection:
        if people.by_email(connection, address):
            raise Conflict(f"{address} already has an account. `user link` prints a new link for it.")
        user = people.add(connection, address, name.strip()[:200], given, workspace.at())
        secret = new_secret()
        people.add_link(connection, digest(secret), user.id, _now(workspace) + LINK_SECONDS)
    return user, secret


def list_users(workspace: Workspace) -> list[User]:
    """All accounts, by address."""
    with workspace.ledger().read() as connection:
        return people.everybody(connection)


def find_user(workspace: Workspace, email: str) -> User:
    """The account of an address; raises NotFound."""
    with workspace.ledger().read() as connection:
        user = people.by_email(connection, email)
    if user is None:
        raise NotFound(f"{email} has no account. `user list` shows all accounts.")
    return user


def new_link(workspace: Workspace, actor: Actor | None, email: str) -> str:
    """The secret of a new link that sets the password, once; older ones are void."""
    user, secret = find_user(workspace, email), new_secret()
    if user.issuer != people.LOCAL:
        raise UsageError(f"{email} signs in with {user.issuer}. Change the password there.")
    if user.disabled_at:
        raise UsageError(f"{email} is disabled. Enable the account first: user add {email} --role …")
    with workspace.ledger(actor).write("make a password link", durable=True) as connection:
        people.add_link(connection, digest(secret), user.id, _now(workspace) + LINK_SECONDS)
        people.change(connection, user, workspace.at(), "password link made", password=user.password)
    return secret


def disable_user(workspace: Workspace, actor: Actor | None, email: str) -> None:
    """The account opens nothing any more: neither sessions nor tokens; raises UsageError for the last administrator."""
    user = find_user(workspace, email)
    with workspace.ledger(actor).write("disable a user", durable=True) as connection:
        _require_another_administrator(connection, user, frozenset())
        if not user.disabled_at:
            people.change(connection, user, workspace.at(), "user disabled", disabled_at=workspace.at())
        people.end_sessions(connection, user)


def enable_user(workspace: Workspace, actor: Actor | None, email: str) -> None:
    """The account may be used again."""
    user = find_user(workspace, email)
    with workspace.ledger(actor).write("enable a user", durable=True) as connection:
        people.change(connection, user, workspace.at(), "user enabled", disabled_at="")


def set_roles(workspace: Workspace, actor: Actor | None, email: str, roles: Iterable[str]) -> None:
    """Other roles from now on; raises UsageError where nobody would be an administrator any more."""
    user, given = find_user(workspace, email), known_roles(roles)
    with workspace.ledger(actor).write("set roles", durable=True) as connection:
        _require_another_administrator(connection, user, given)
        people.change(connection, user, workspace.at(), "roles set", roles=given)


def set_language(workspace: Workspace, user: int, language: str) -> None:
    """In which language the pages are shown to this account."""
    with workspace.ledger().write("set a language") as connection:
        account = people.get(connection, user)
        people.change(connection, account, workspace.at(), "language set", language=language[:10])


def set_up_secret(workspace: Workspace) -> str:
    """The secret of the link that makes the first administrator; "" where there are users."""
    with workspace.ledger().write("make a set-up link", durable=True) as connection:
        if people.number(connection):
            return ""
        secret = new_secret()
        people.add_link(connection, digest(secret), 0, _now(workspace) + SET_UP_SECONDS)
    return secret


def whose_link(workspace: Workspace, secret: str) -> User | None:
    """Whose password a link sets; None: it makes the first administrator. Raises NotFound."""
    with workspace.ledger().read() as connection:
        number = people.link_user(connection, digest(secret), _now(workspace))
        if number is None or (number == 0 and people.number(connection)):
            raise NotFound(_USED_UP)
        return people.get(connection, number) if number else None


def set_password(workspace: Workspace, secret: str, password: str, email: str = "", name: str = "") -> User:
    """Set the password that a link is for, and end all sessions of the account; `email`: the first administrator's.

    Raises NotFound for a link that was used or is too old, UsageError for a password that is too easy.
    """
    whose_link(workspace, secret)
    kept = hashed(password)
    address = people.folded(email)
    with workspace.ledger().write("set a password", durable=True) as connection:
        number = people.use_link(connection, digest(secret), _now(workspace))
        if number is None or (number == 0 and people.number(connection)):
            raise NotFound(_USED_UP)
        if number == 0 and not _EMAIL.fullmatch(address):
            raise UsageError("Give your e-mail address, such as ana@example.com.")
        user = (
            people.get(connection, number) if number
            else people.add(connection, address, name.strip()[:200], {Role.ADMINISTRATOR}, workspace.at())
        )  # fmt: skip
        if user.disabled_at:
            raise NotFound(_USED_UP)
        people.change(connection, user, workspace.at(), "password set", password=kept)
        people.end_sessions(connection, user)
    return user


def known_roles(roles: Iterable[str]) -> frozenset[Role]:
    """Raises UsageError for none, and for one that there is not."""
    try:
        given = frozenset(Role(role.strip().lower()) for role in roles)
    except ValueError as error:
        raise UsageError(f"{error}: choose from {', '.join(Role)}.") from None
    if not given:
        raise UsageError(f"Give at least one role: {', '.join(Role)}.")
    return given


_USED_UP = "This link was used before, or has expired. Ask an administrator for a new one (`user link`)."


def _require_another_administrator(connection: Connection, user: User, roles: frozenset[Role]) -> None:
    others = [each for each in people.everybody(connection) if each.id != user.id and not each.disabled_at]
    if Role.ADMINISTRATOR in user.roles - roles and not any(Role.ADMINISTRATOR in each.roles for each in others):
        raise UsageError(f"{user.email} is the only administrator. Make another account an administrator first.")


def _now(workspace: Workspace) -> float:
    return workspace.clock.now().timestamp()
