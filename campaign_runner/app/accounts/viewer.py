"""Who looks, and what may they see and do?  Every object that a page or a call names is looked up through the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, events, people
from campaign_runner.ledger.campaign_facts import own_campaigns
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Forbidden, NotFound
from campaign_runner.model.roles import Permission, Role, Scope, scope, who_may


@dataclass(frozen=True)
class Viewer:
    """Somebody who is signed in, or whose token a program carries; `actor` is how the log names them."""

    user: int
    email: str
    name: str
    roles: frozenset[Role]
    actor: Actor
    session: str = ""
    language: str = ""
    has_codes: bool = False

    def may(self, permission: Permission, *, own: bool = False) -> bool:
        """Whether they may, of all campaigns or, if it is their `own`, of that one."""
        mine = scope(self.roles, permission)
        return mine is Scope.ALL or (own and mine is Scope.OWN)

    def ever_may(self, permission: Permission) -> bool:
        """Whether they may of any campaign: what menus show."""
        return scope(self.roles, permission) is not None


def require(workspace: Workspace, viewer: Viewer, permission: Permission) -> None:
    """Raises Forbidden, and the log has it, where none of their roles gives the permission."""
    if not viewer.ever_may(permission):
        raise refusal(workspace, viewer, permission)
    local = viewer.actor.host == people.LOCAL
    if (
        permission is Permission.APPROVE
        and workspace.settings.server.codes_for_approvers
        and local
        and not viewer.has_codes
    ):
        raise Forbidden("Approvers must sign in with a one-time code. Set it up on your account page.")


def campaign_for(workspace: Workspace, viewer: Viewer, campaign_id: str, permission: Permission) -> int:
    """The number of a campaign of which they may do that; raises NotFound where they may not even see it, Forbidden."""
    require(workspace, viewer, permission)
    key = _key(workspace, campaign_id)
    own = key is not None and is_own(workspace, viewer, key)
    if key is None or not viewer.may(Permission.SEE, own=own):
        raise NotFound(f"There is no campaign {campaign_id} that you can see. Look at the list of campaigns.")
    if not viewer.may(permission, own=own):
        raise refusal(workspace, viewer, permission, key)
    return key


def sees_contacts(workspace: Workspace, viewer: Viewer, campaign_key: int) -> bool:
    """Whether they see recipients' names and contact data of this campaign, or masks."""
    return viewer.may(Permission.SEE_CONTACTS, own=is_own(workspace, viewer, campaign_key))


def is_own(workspace: Workspace, viewer: Viewer, campaign_key: int) -> bool:
    """Whether they made the campaign, submitted to it, or were given a share in it."""
    with workspace.ledger().read() as connection:
        return bool(own_campaigns(connection, viewer.actor, viewer.user, [campaign_key]))


def refusal(workspace: Workspace, viewer: Viewer, permission: Permission, campaign_key: int = 0) -> Forbidden:
    """What a refusal says; it is in the log."""
    with workspace.ledger(viewer.actor).write("refuse") as connection:
        events.append(connection, campaign_key, workspace.at(), "refused", permission=permission.name.lower())
    return Forbidden(
        f"Your account may not {permission}: that needs the role {who_may(permission)}. Ask an administrator for it."
        if not viewer.ever_may(permission)
        else f"Your account may {permission} only for campaigns of your own. Ask its owner to share it with you."
    )


def _key(workspace: Workspace, campaign_id: str) -> int | None:
    with workspace.ledger().read() as connection:
        keys = campaigns.keys_of(connection, campaign_id)
    return keys.get(workspace.settings.tango.environment) or next(iter(keys.values()), None)
