"""Signing in at the company's identity provider, and coming back."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from campaign_runner.app.accounts import sign_in, single_sign_on
from campaign_runner.app.accounts.door_secrets import new_secret
from campaign_runner.app.accounts.single_sign_on import ProviderSignIn
from campaign_runner.entrypoints.web.access import Work, workspace_of
from campaign_runner.entrypoints.web.cookies import (
    clear_session,
    clear_state,
    session_secret,
    set_session,
    set_state,
    state_of,
)
from campaign_runner.entrypoints.web.pages import go_to, local_path
from campaign_runner.entrypoints.web.sign_in_pages import browser_of
from campaign_runner.model.errors import Forbidden, NotFound, UsageError

if TYPE_CHECKING:
    from campaign_runner.entrypoints.web.identity_provider import IdentityProvider


def provider_of(request: Request) -> IdentityProvider:
    """The provider of this server; raises NotFound where there is none."""
    oidc = workspace_of(request).settings.server.oidc
    if not oidc.issuer:
        raise NotFound("Single sign-on is not set up here. Sign in with your password.")
    if not hasattr(request.app.state, "provider"):
        from campaign_runner.entrypoints.web.identity_provider import (
            IdentityProvider,
        )  # slow to import, seldom wanted

        secret = single_sign_on.client_secret()
        request.app.state.provider = IdentityProvider(oidc.issuer, oidc.client_id, secret, oidc.scopes)
    provider: IdentityProvider = request.app.state.provider
    return provider


def to_provider(request: Request, workspace: Work, next: str = "/") -> Response:
    """Off to the provider; the state is bound to this browser, so that nobody is signed in as somebody else."""
    state, nonce, verifier = new_secret(), new_secret(), new_secret()
    where = provider_of(request).address(_back(request), state, nonce, verifier)
    single_sign_on.begin_at_provider(workspace, state, ProviderSignIn(verifier, nonce, local_path(next)))
    return set_state(request, RedirectResponse(where, 303), state)


def from_provider(request: Request, workspace: Work, code: str = "", state: str = "", error: str = "") -> Response:
    """Back again, with a code that only this server can turn into a token."""
    provider = provider_of(request)
    if not state or not hmac.compare_digest(state.encode(), state_of(request).encode()):
        raise UsageError("This sign-in was started in another browser. Start again.")
    begun = single_sign_on.back_from_provider(workspace, state)
    if error or not code:
        raise Forbidden(f"{provider.issuer} did not let you in. Try again, or ask its administrator.")
    claims, id_token = provider.claims(_back(request), code, begun.nonce, begun.verifier)
    user = single_sign_on.account_of(workspace, claims)
    sign_in.sign_out(workspace, session_secret(request.scope))
    secret = sign_in.begin_session(workspace, user, browser_of(request), id_token=id_token)
    return clear_state(request, set_session(request, go_to(local_path(begun.next)), secret))


def sign_out(request: Request, workspace: Work) -> Response:
    """The session ends, here and in the ledger, and at the identity provider that vouched for it."""
    id_token = sign_in.sign_out(workspace, session_secret(request.scope))
    there = ""
    if id_token and workspace.settings.server.oidc.issuer:
        there = provider_of(request).sign_out_address(f"{_base(request)}/sign-in", id_token)
    return clear_session(request, RedirectResponse(there, 303) if there else go_to("/sign-in"))


def _back(request: Request) -> str:
    return f"{_base(request)}/sign-in/provider/back"


def _base(request: Request) -> str:
    return workspace_of(request).settings.server.address or str(request.base_url).rstrip("/")
