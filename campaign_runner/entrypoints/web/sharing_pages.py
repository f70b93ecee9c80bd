"""A campaign is shared with colleagues, by its owner."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from campaign_runner.app.accounts import sharing
from campaign_runner.app.views.campaigns import campaign_view
from campaign_runner.entrypoints.web.access import CampaignKey, Who, Work
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import NotFound, UsageError

Text = Annotated[str, Form()]


def sharing_page(request: Request, workspace: Work, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """With whom it is shared, and a form."""
    return _sharing(request, workspace, campaign_id, campaign_key)


def change(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, email: Text = "",
    do: Text = "share",
) -> Response:  # fmt: skip
    """Share it with somebody, or no longer."""
    try:
        (sharing.unshare if do == "unshare" else sharing.share)(workspace, viewer, campaign_key, email)
    except NotFound:  # who has an account here is not for everybody to try out
        wrong = f"{email} is not a submitter. Only submitters need a share; ask an administrator for the role."
        return _sharing(request, workspace, campaign_id, campaign_key, wrong)
    except UsageError as error:
        return _sharing(request, workspace, campaign_id, campaign_key, str(error))
    return go_to(f"/campaigns/{campaign_id}/sharing?notice=saved")


def _sharing(request: Request, workspace: Work, campaign_id: str, campaign_key: int, error: str = "") -> Response:
    return page(
        request, "sharing.html", campaign=campaign_view(workspace, campaign_id), error=error,
        people=sharing.shared_by(workspace, campaign_key), status=422 if error else 200,
    )  # fmt: skip
