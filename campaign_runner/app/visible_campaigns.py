"""Which campaigns does somebody see, page by page?  Asked of all of them at once, not of one after another."""

from __future__ import annotations

from typing import Any

from campaign_runner.app.campaigns import views_of
from campaign_runner.app.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger.own_campaigns import newest_keys, own_campaigns
from campaign_runner.model.roles import Permission


def visible_campaigns(
    workspace: Workspace, viewer: Viewer, *, before: int | None = None, limit: int = 100
) -> tuple[list[dict[str, Any]], int | None]:
    """Views of the newest ones, and what `before` is for the next page, None after the last."""
    with workspace.ledger().read() as connection:
        keys = newest_keys(connection, before)
        if not viewer.may(Permission.SEE):
            own = own_campaigns(connection, viewer.actor, viewer.user, keys)
            keys = [key for key in keys if key in own]
        shown = views_of(connection, keys[:limit])
    return shown, keys[limit - 1] if len(keys) > limit else None
