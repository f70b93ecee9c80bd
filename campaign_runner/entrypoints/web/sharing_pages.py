"""A campaign is shared with colleagues, by its owner."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from campaign_runner.app.accounts import sharing
from campaign_runner.app.views.campaigns import campaign_view
from campaign_runner.entrypoints.web.access import This, Visit
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import NotFound, UsageError

Text = Annotated[str, Form()]


def sharing_page(visit: This) -> Response:
    """With whom it is shared, and a form."""
    return _sharing(visit)


def change(visit: This, email: Text = "", do: Text = "share") -> Response:
    """Share it with somebody, or no longer."""
    try:
        (sharing.unshare if do == "unshare" else sharing.share)(
            visit.workspace, visit.viewer, visit.campaign_key, email
        )
    except NotFound:  # who has an account here is not for everybody to try out
        wrong = f"{email} is not a submitter. Only submitters need a share; ask an administrator for the role."
        return _sharing(visit, wrong)
    except UsageError as error:
        return _sharing(visit, str(error))
    return go_to(f"{visit.path}/sharing?notice=saved")


def _sharing(visit: Visit, error: str = "") -> Response:
    return page(
        visit.request, "sharing.html", campaign=campaign_view(visit.workspace, visit.campaign_id), error=error,
        people=sharing.shared_by(*visit.campaign), status=422 if error else 200,
    )  # fmt: skip
