"""Signing in, signing out, and the links that set a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from campaign_runner.app.accounts import sign_in, users
from campaign_runner.app.accounts.sign_in import Browser, NotSignedIn, TooManyTries
from campaign_runner.entrypoints.web.access import Work
from campaign_runner.entrypoints.web.cookies import session_secret, set_session
from campaign_runner.entrypoints.web.pages import go_to, local_path, page
from campaign_runner.model.errors import UsageError
from campaign_runner.model.roles import Permission

Text = Annotated[str, Form()]


def browser_of(request: Request) -> Browser:
    """Where a request comes from, for the list of sessions and the waits."""
    return Browser(request.state.client, request.headers.get("User-Agent", ""))


def home(request: Request) -> Response:
    """The first page that somebody may see."""
    viewer = request.state.viewer
    return go_to("/sign-in" if viewer is None else "/campaigns" if viewer.ever_may(Permission.SEE) else "/account")


def sign_in_page(request: Request, workspace: Work, next: str = "/") -> Response:
    """The form."""
    if request.state.viewer:
        return go_to(local_path(next))
    return _form(request, workspace, next)


def do_sign_in(
    request: Request, workspace: Work, email: Text = "", password: Text = "", next: Text = "/"
) -> Response:
    """Address and password; then a new session, or the question for a code."""
    try:
        secret, awaits_code = sign_in.sign_in(workspace, email, password, browser_of(request))
    except TooManyTries as error:
        answer = _form(request, workspace, next, email, str(error), 429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except NotSignedIn as error:
        return _form(request, workspace, next, email, str(error), 401)
    sign_in.sign_out(workspace, session_secret(request.scope))
    where = local_path(next)
    return set_session(
        request, page(request, "sign_in_code.html", next=where, error="") if awaits_code else go_to(where), secret
    )


def enter_code(request: Request, workspace: Work, code: Text = "", next: Text = "/") -> Response:
    """The one-time code."""
    try:
        secret = sign_in.enter_code(workspace, session_secret(request.scope), code, browser_of(request))
    except (NotSignedIn, TooManyTries) as error:
        status = 429 if isinstance(error, TooManyTries) else 401
        return page(request, "sign_in_code.html", next=local_path(next), error=str(error), status=status)
    return set_session(request, go_to(local_path(next)), secret)


def password_page(request: Request, workspace: Work, secret: str) -> Response:
    """The form behind a link."""
    return _password_form(request, workspace, secret)


def set_password(
    request: Request, workspace: Work, secret: str, password: Text = "", again: Text = "", email: Text = "",
    name: Text = "",
) -> Response:  # fmt: skip
    """The password is set, and its owner is signed in."""
    try:
        if again and again != password:
            raise UsageError("The two passwords are not the same. Type them again.")
        user = users.set_password(workspace, secret, password, email, name)
    except UsageError as error:
        return _password_form(request, workspace, secret, email, name, str(error))
    if user.totp_key:  # a link alone opens nothing of somebody who has one-time codes
        return go_to("/sign-in")
    return set_session(request, go_to("/"), sign_in.begin_session(workspace, user, browser_of(request)))


def _form(
    request: Request, workspace: Work, next: str, email: str = "", error: str = "", status: int = 200
) -> Response:
    oidc = workspace.settings.server.oidc
    return page(
        request, "sign_in.html", status=status, next=local_path(next), email=email, error=error,
        provider=bool(oidc.issuer), passwords=not (oidc.issuer and oidc.only),
    )  # fmt: skip


def _password_form(
    request: Request, workspace: Work, secret: str, email: str = "", name: str = "", error: str = ""
) -> Response:
    user = users.whose_link(workspace, secret)
    values = {"email": user.email if user else email, "name": user.name if user else name, "first": user is None}
    return page(request, "set_password.html", status=422 if error else 200, error=error, **values)
