"""For the administrator: accounts and roles, all tokens, the settings in force, and how the server is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from campaign_runner.app import sent_messages
from campaign_runner.app.accounts import one_time_codes, tokens, users
from campaign_runner.app.health.server_health import full_health, quick_health
from campaign_runner.app.process.server_address import link_at
from campaign_runner.app.reward_list import catalogue_state, want_catalogue
from campaign_runner.app.views.settings_shown import list_settings
from campaign_runner.entrypoints.web.access import Number, Who, Work
from campaign_runner.entrypoints.web.campaign_api import Cursor, Limit, items, number_of
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import UsageError
from campaign_runner.model.roles import Role

Text = Annotated[str, Form()]
Texts = Annotated[list[str] | None, Form()]


def users_page(request: Request, workspace: Work) -> Response:
    """The list, and the form for a new account."""
    return _users(request, workspace)


def add_user(
    request: Request, workspace: Work, viewer: Who, email: Text = "", name: Text = "", role: Texts = None
) -> Response:
    """A new account; the answer shows the link that sets its password."""
    try:
        user, secret = users.add_user(workspace, viewer.actor, email, role or (), name)
    except UsageError as error:
        return _users(request, workspace, error=str(error), typed=(email, name, role or []))
    return _users(request, workspace, link=_link(request, secret), about=user.email)


def change_user(
    request: Request, workspace: Work, viewer: Who, email: Text = "", do: Text = "", role: Texts = None
) -> Response:
    """Set roles, disable, enable, make a new link, or let somebody in without a code."""
    try:
        if do == "link":
            secret = users.new_link(workspace, viewer.actor, email)
            return _users(request, workspace, link=_link(request, secret), about=email)
        if do == "roles":
            users.set_roles(workspace, viewer.actor, email, role or ())
        elif do == "disable":
            users.disable_user(workspace, viewer.actor, email)
        elif do == "enable":
            users.enable_user(workspace, viewer.actor, email)
        elif do == "codes-off":
            one_time_codes.stop_codes(workspace, email, viewer)
    except UsageError as error:
        return _users(request, workspace, error=str(error))
    return go_to("/users?notice=saved")


def tokens_page(request: Request, workspace: Work) -> Response:
    """Everybody's tokens."""
    return page(request, "tokens.html", tokens=tokens.list_tokens(workspace))


def revoke_token(workspace: Work, viewer: Who, number: Number) -> Response:
    """Anybody's."""
    tokens.revoke_token(workspace, viewer.actor, number)
    return go_to("/users/tokens?notice=token-revoked")


def settings_page(request: Request, workspace: Work) -> Response:
    """Every setting in force, with its source."""
    return page(request, "settings.html", settings=list_settings(workspace), file=workspace.config or "")


def health_page(request: Request, workspace: Work) -> Response:
    """What is known at once."""
    return page(request, "health.html", found=quick_health(workspace), full=False,
                catalogue=catalogue_state(workspace))  # fmt: skip


def refresh_catalogue(workspace: Work, viewer: Who) -> Response:
    """Have Tango's catalogue fetched anew by a worker."""
    want_catalogue(workspace, viewer.actor)
    return go_to("/health?notice=catalogue-wanted")


def messages_page(request: Request, workspace: Work) -> Response:
    """Which messages went out, which wait and why."""
    return page(request, "messages.html", messages=sent_messages.list_messages(workspace))


def messages_list(workspace: Work, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """Messages to people and programs, the newest first."""
    page = sent_messages.list_messages(workspace, before=number_of(cursor), limit=limit)
    return items(page, page[-1]["id"] if len(page) == limit else None)


def check_health(request: Request, workspace: Work) -> Response:
    """What `doctor` finds: Tango is asked, too."""
    return page(request, "health.html", found=full_health(workspace), full=True,
                catalogue=catalogue_state(workspace))  # fmt: skip


def _users(
    request: Request, workspace: Work, *, error: str = "", link: str = "", about: str = "",
    typed: tuple[str, str, list[str]] = ("", "", []),
) -> Response:  # fmt: skip
    return page(
        request, "users.html", status=422 if error else 200, users=users.list_users(workspace), roles=list(Role),
        error=error, link=link, about=about, typed=typed,
    )  # fmt: skip


def _link(request: Request, secret: str) -> str:
    return link_at(str(request.base_url).rstrip("/"), secret)
