"""My account: language, password, sessions, tokens, one-time codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from campaign_runner.app.accounts import one_time_codes, sign_in, tokens, users
from campaign_runner.entrypoints.web.access import Number, This, Visit, Work
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.cookies import YEAR
from campaign_runner.entrypoints.web.languages import languages
from campaign_runner.entrypoints.web.pages import go_to, local_path, page
from campaign_runner.entrypoints.web.sign_in_pages import browser_of
from campaign_runner.model.errors import UsageError

Text = Annotated[str, Form()]
Texts = Annotated[list[str] | None, Form()]


def account_page(visit: This) -> Response:
    """All of it on one page."""
    return _account(visit)


def end_sessions(visit: This, which: Text = "") -> Response:
    """One session by the beginning of its hash, or all but this one."""
    sign_in.end_sessions(visit.workspace, visit.viewer, which)
    return go_to("/account?notice=sessions-ended#sessions")


def change_password(visit: This, password: Text = "", new_password: Text = "") -> Response:
    """The present one is asked for, so that a page left open is not enough."""
    try:
        sign_in.change_password(visit.workspace, visit.viewer, password, new_password, browser_of(visit.request))
    except UsageError as error:
        return _account(visit, error=str(error), status=status_of(error))
    return go_to("/account?notice=password-changed")


def create_token(visit: This, name: Text = "", expires: Text = "90d", role: Texts = None) -> Response:
    """A token; the answer shows it, this once."""
    try:
        _, secret = tokens.create_token(visit.workspace, visit.actor, visit.viewer.email, name, role or (), expires)
    except UsageError as error:
        return _account(visit, error=str(error), status=422)
    return _account(visit, token=secret)


def revoke_token(visit: This, number: Number) -> Response:
    """A token of the person who is signed in."""
    tokens.revoke_token(visit.workspace, visit.actor, number, of_user=visit.viewer.user)
    return go_to("/account?notice=token-revoked#tokens")


def codes_page(visit: This) -> Response:
    """A key for an authenticator."""
    key, address = one_time_codes.new_key(visit.viewer)
    return page(visit.request, "one_time_codes.html", key=key, address=address, error="")


def require_codes(visit: This, key: Text = "", code: Text = "") -> Response:
    """From now on."""
    try:
        one_time_codes.require_codes(visit.workspace, visit.viewer, key, code)
    except UsageError as error:
        address = one_time_codes.address_of(visit.viewer, key)
        return page(visit.request, "one_time_codes.html", key=key, address=address, error=str(error), status=422)
    return go_to("/account?notice=codes-on")


def set_language(request: Request, workspace: Work, language: Text = "", next: Text = "/") -> Response:
    """For the account, or this browser where nobody is signed in."""
    answer = go_to(local_path(next))
    if language in languages():
        if request.state.viewer:
            users.set_language(workspace, request.state.viewer.user, language)
        answer.set_cookie("language", language, max_age=YEAR, httponly=True, samesite="lax",
                          secure=request.url.scheme == "https")  # fmt: skip
    return answer


def _account(visit: Visit, *, token: str = "", error: str = "", status: int = 200) -> Response:
    account = users.find_user(visit.workspace, visit.viewer.email)
    return page(
        visit.request, "account.html", status=status, account=account,
        sessions=sign_in.list_sessions(visit.workspace, visit.viewer),
        tokens=tokens.list_tokens(visit.workspace, visit.viewer.user), token=token, error=error,
    )  # fmt: skip
