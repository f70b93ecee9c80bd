"""Whose account is it that an identity provider vouches for, and with which roles?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.accounts.door_secrets import digest
from campaign_runner.app.accounts.users import known_roles
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import people, signed_in
from campaign_runner.ledger.people import User
from campaign_runner.ledger.signed_in import ProviderSignIn
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Forbidden, UsageError
from campaign_runner.model.roles import Role
from campaign_runner.settings.secrets import secret

# How long somebody may take to sign in there.
SECONDS = 600.0

__all__ = ["ProviderSignIn", "account_of", "back_from_provider", "begin_at_provider", "client_secret"]


def client_secret() -> str:
    """By which the provider knows this server; "" for a public client."""
    return secret("OIDC_CLIENT_SECRET")


def begin_at_provider(workspace: Workspace, state: str, begun: ProviderSignIn) -> None:
    """Remember what is compared when the browser comes back."""
    with workspace.ledger().write("begin to sign in") as connection:
        signed_in.begin_at_provider(connection, digest(state), begun, _now(workspace) + SECONDS)


def back_from_provider(workspace: Workspace, state: str) -> ProviderSignIn:
    """What was remembered, once; raises UsageError."""
    with workspace.ledger().write("go on signing in") as connection:
        begun = signed_in.back_from_provider(connection, digest(state), _now(workspace))
    if begun is None:
        raise UsageError("This sign-in has expired, or was used already. Begin again.")
    return begun


def account_of(workspace: Workspace, claims: Mapping[str, Any]) -> User:
    """The account, made or brought up to date; raises Forbidden for somebody who has no role here, or is disabled."""
    oidc = workspace.settings.server.oidc
    email, subject = people.folded(str(claims.get("email") or "")), str(claims.get("sub") or "")
    if not email or not subject or claims.get("email_verified") is False:
        raise Forbidden(f"{oidc.issuer} did not send a verified e-mail address for you. Ask its administrator.")
    roles, name = roles_of(workspace, claims), str(claims.get("name") or "")[:200]
    if not roles:
        raise Forbidden(
            f"Your account at {oidc.issuer} has no role here. Ask an administrator to add one of your groups to "
            "[server] oidc."
        )
    with workspace.ledger(Actor(email, oidc.issuer, "session")).write("sign in", durable=True) as connection:
        user = people.by_subject(connection, oidc.issuer, subject) or _by_email(connection, workspace, email, subject)
        user = user or people.add(connection, email, name, roles, workspace.at(), issuer=oidc.issuer, subject=subject)
        if user.disabled_at:
            raise Forbidden("Your account is disabled. Ask an administrator.")
        if user.roles != roles:
            people.change(connection, user, workspace.at(), "roles set", roles=roles)
        return people.get(connection, user.id)


def roles_of(workspace: Workspace, claims: Mapping[str, Any]) -> frozenset[Role]:
    """The roles of somebody's groups, by the table in [server] oidc."""
    oidc = workspace.settings.server.oidc
    stated = claims.get(oidc.claim) or ()
    groups = [stated] if isinstance(stated, str) else [str(group) for group in stated]
    given = [role for group in groups for role in oidc.roles.get(group, ())]
    return known_roles(given) if given else frozenset()


def _by_email(connection: Connection, workspace: Workspace, email: str, subject: str) -> User | None:
    """A local account goes over to the provider, which has verified its address; its password is void."""
    user = people.by_email(connection, email)
    if user is None:
        return None
    issuer = workspace.settings.server.oidc.issuer
    if user.issuer != people.LOCAL:
        raise Forbidden(f"{email} belongs to another account. Ask an administrator.")
    people.change(connection, user, workspace.at(), "single sign-on", issuer=issuer, subject=subject, password="")
    people.end_sessions(connection, user)
    return people.get(connection, user.id)


def _now(workspace: Workspace) -> float:
    return workspace.clock.now().timestamp()
