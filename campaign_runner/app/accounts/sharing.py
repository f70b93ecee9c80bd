"""With whom is a campaign shared?  A submitter whom it is shared with may do with it what they may with their own."""

from __future__ import annotations

from campaign_runner.app.accounts.users import find_user
from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import people
from campaign_runner.ledger.people import User
from campaign_runner.model.errors import UsageError
from campaign_runner.model.roles import Role


def shared_by(workspace: Workspace, campaign_key: int) -> list[User]:
    """The accounts, by address."""
    with workspace.ledger().read() as connection:
        return people.shared_by(connection, campaign_key)


def share(workspace: Workspace, viewer: Viewer, campaign_key: int, email: str) -> None:
    """Share it; raises UsageError for somebody who is not a submitter: every other role sees all campaigns as it is."""
    user = find_user(workspace, email)
    if Role.SUBMITTER not in user.roles or user.disabled_at:
        raise UsageError(
            f"{user.email} is not a submitter. Only submitters need a share; ask an administrator for the role."
        )
    with workspace.ledger(viewer.actor).write("share a campaign", durable=True) as connection:
        people.share(connection, campaign_key, user, workspace.at())


def unshare(workspace: Workspace, viewer: Viewer, campaign_key: int, email: str) -> None:
    """Take it back."""
    user = find_user(workspace, email)
    with workspace.ledger(viewer.actor).write("no longer share a campaign", durable=True) as connection:
        people.unshare(connection, campaign_key, user, workspace.at())
