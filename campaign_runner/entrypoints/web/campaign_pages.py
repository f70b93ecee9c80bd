"""Which campaigns are there, and which need attention?"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from campaign_runner.app.campaigns import campaign_views
from campaign_runner.app.viewer import is_own
from campaign_runner.entrypoints.web.access import Who, Work
from campaign_runner.entrypoints.web.pages import page
from campaign_runner.model.roles import Permission


def campaigns_page(request: Request, workspace: Work, viewer: Who) -> Response:
    """The list."""
    every = viewer.may(Permission.SEE)
    shown = [view for view in campaign_views(workspace) if every or is_own(workspace, viewer, view["key"])]
    return page(request, "campaigns.html", campaigns=shown)
