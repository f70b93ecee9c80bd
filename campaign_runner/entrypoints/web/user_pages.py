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
from campaign_runner.entrypoints.web.access import Number, This, Visit
from campaign_runner.entrypoints.web.campaign_api import Cursor, Limit, items, number_of
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import UsageError
from campaign_runner.model.roles import Role

Text = Annotated[str, Form()]
Texts = Annotated[list[str] | None, Form()]


def users_page(visit: This) -> Response:
    """The list, and the form for a new account."""
    return _users(visit)


def add_user(visit: This, email: Text = "", name: Text = "", role: Texts = None) -> Response:
    """A new account; the answer shows the link that sets its password."""
    try:
        user, secret = users.add_user(visit.workspace, visit.actor, email, role or (), name)
    except UsageError as error:
        return _users(visit, error=str(error), typed=(email, name, role or []))
    return _users(visit, link=_link(visit.request, secret), about=user.email)


def change_user(visit: This, email: Text = "", do: Text = "", role: Texts = None) -> Response:
    """Set roles, disable, enable, make a new link, or let somebody in without a code."""
    try:
        if do == "link":
            secret = users.new_link(visit.workspace, visit.actor, email)
            return _users(visit, link=_link(visit.request, secret), about=email)
        if do == "roles":
            users.set_roles(visit.workspace, visit.actor, email, role or ())
        elif do == "disable":
            users.disable_user(visit.workspace, visit.actor, email)
        elif do == "enable":
            users.enable_user(visit.workspace, visit.actor, email)
        elif do == "codes-off":
            one_time_codes.stop_codes(visit.workspace, email, visit.viewer)
    except UsageError as error:
        return _users(visit, error=str(error))
    return go_to("/users?notice=saved")


def tokens_page(visit: This) -> Response:
    """Everybody's tokens."""
    return page(visit.request, "tokens.html", tokens=tokens.list_tokens(visit.workspace))


def revoke_token(visit: This, number: Number) -> Response:
    """Anybody's."""
    tokens.revoke_token(visit.workspace, visit.actor, number)
    return go_to("/users/tokens?notice=token-revoked")


def settings_page(visit: This) -> Response:
    """Every setting in force, with its source."""
    return page(
        visit.request, "settings.html", settings=list_settings(visit.workspace), file=visit.workspace.config or ""
    )


def health_page(visit: This) -> Response:
    """What is known at once."""
    return page(visit.request, "health.html", found=quick_health(visit.workspace), full=False,
                catalogue=catalogue_state(visit.workspace))  # fmt: skip


def refresh_catalogue(visit: This) -> Response:
    """Have Tango's catalogue fetched anew by a worker."""
    want_catalogue(visit.workspace, visit.actor)
    return go_to("/health?notice=catalogue-wanted")


def messages_page(visit: This) -> Response:
    """Which messages went out, which wait and why."""
    return page(visit.request, "messages.html", messages=sent_messages.list_messages(visit.workspace))


def messages_list(visit: This, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """Messages to people and programs, the newest first."""
    page = sent_messages.list_messages(visit.workspace, before=number_of(cursor), limit=limit)
    return items(page, page[-1]["id"] if len(page) == limit else None)


def check_health(visit: This) -> Response:
    """What `doctor` finds: Tango is asked, too."""
    return page(visit.request, "health.html", found=full_health(visit.workspace), full=True,
                catalogue=catalogue_state(visit.workspace))  # fmt: skip


def _users(
    visit: Visit, *, error: str = "", link: str = "", about: str = "",
    typed: tuple[str, str, list[str]] = ("", "", [])
) -> Response:  # fmt: skip
    return page(
        visit.request, "users.html", status=422 if error else 200, users=users.list_users(visit.workspace),
        roles=list(Role), error=error, link=link, about=about, typed=typed,
    )  # fmt: skip


def _link(request: Request, secret: str) -> str:
    return link_at(str(request.base_url).rstrip("/"), secret)
