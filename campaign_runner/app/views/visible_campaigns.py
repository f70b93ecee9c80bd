"""Which campaigns does somebody see, page by page?  Asked of all of them at once, not of one after another."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.views.campaigns import views_of
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger.campaign_facts import newest_keys, own_campaigns
from campaign_runner.model.campaign_state import attention
from campaign_runner.model.roles import Permission


class CampaignList(NamedTuple):
    """A page of campaigns: first those that wait for the viewer. How many do, how many there are, and from where the
    next page goes on (None: there is none)."""

    waiting: list[dict[str, Any]]
    others: list[dict[str, Any]]
    number_waiting: int
    number: int
    following: int | None


def visible_campaigns(
    workspace: Workspace, viewer: Viewer, *, before: int | None = None, limit: int = 100
) -> tuple[list[dict[str, Any]], int | None]:
    """Views of the newest ones, and what `before` is for the next page, None after the last."""
    with workspace.ledger().read() as connection:
        keys = _keys(connection, viewer, before)
        shown = views_of(connection, keys[:limit])
    return shown, keys[limit - 1] if len(keys) > limit else None


def by_attention(workspace: Workspace, viewer: Viewer, *, start: int = 0, limit: int = 50) -> CampaignList:
    """All that the viewer sees, over all pages in one order: what waits for them, then the rest; the newest first in
    each place."""
    with workspace.ledger().read() as connection:
        views = views_of(connection, _keys(connection, viewer))
    placed = sorted(((attention(view, viewer.roles, viewer.email), view) for view in views), key=lambda one: one[0])
    page = placed[start : start + limit]
    groups: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for (later, _), view in page:
        groups[later].append(view)
    waiting = sum(not later for (later, _), _ in placed)
    following = start + limit if len(placed) > start + limit else None
    return CampaignList(groups[False], groups[True], waiting, len(placed), following)


def _keys(connection: Connection, viewer: Viewer, before: int | None = None) -> list[int]:
    keys = newest_keys(connection, before)
    if viewer.may(Permission.SEE):
        return keys
    own = own_campaigns(connection, viewer.actor, viewer.user, keys)
    return [key for key in keys if key in own]
