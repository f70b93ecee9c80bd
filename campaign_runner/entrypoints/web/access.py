"""Who may use a route?  Said once for each in the table of routes, and asked before its handler is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Path, Request

from campaign_runner.app.accounts.viewer import Viewer, campaign_for, require, sees_contacts
from campaign_runner.app.workspace import Workspace
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import CampaignRunnerError, Forbidden
from campaign_runner.model.loopback import LOOPBACK
from campaign_runner.model.roles import Permission


class Anyone(Enum):
    """Routes that need no role."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    MACHINE = "this machine, or a token of an administrator"


PUBLIC, SIGNED_IN, MACHINE = Anyone.PUBLIC, Anyone.SIGNED_IN, Anyone.MACHINE


class Route(NamedTuple):
    """One line of the table. Where `path` has {campaign_id}, the permission is asked for that campaign."""

    method: str
    path: str
    need: Permission | Anyone
    handler: Callable[..., Any]
    status: int = 200
    # The largest body: "upload" = [server] upload_megabytes.
    body: str = "form"

    @property
    def is_api(self) -> bool:
        """Whether programs call it: it is in the OpenAPI document, and answers errors as problem+json."""
        return self.path.startswith("/api/v1/")


class SignInFirst(CampaignRunnerError):
    """Nobody is signed in."""


def allowed(route: Route) -> Callable[[Request], None]:
    """What FastAPI is to ask before the handler."""

    def ask(request: Request) -> None:
        viewer: Viewer | None = request.state.viewer
        if route.need is PUBLIC or (route.need is MACHINE and _is_this_machine(request)):
            return
        if viewer is None:
            raise SignInFirst("Sign in first, or send an API token as `Authorization: Bearer …`.")
        if route.need is SIGNED_IN and request.state.bearer:  # it would make itself more roles, or a longer life
            raise Forbidden("A token cannot manage its own account. Sign in to do that.")
        need = Permission.ADMINISTER if route.need is MACHINE else route.need
        if not isinstance(need, Permission):
            return
        workspace = workspace_of(request)
        if "campaign_id" in request.path_params:
            campaign_id = request.path_params["campaign_id"]
            request.state.campaign_key = campaign_for(workspace, viewer, campaign_id, need)
        else:
            require(workspace, viewer, need)

    return ask


def workspace_of(request: Request) -> Workspace:
    """The workspace that this server serves."""
    workspace: Workspace = request.app.state.workspace
    return workspace


@dataclass(frozen=True)
class Visit:
    """A request, with what a handler asks of it: who is signed in, and the campaign of its path, of which they may do
    what the route needs."""

    request: Request

    @property
    def workspace(self) -> Workspace:
        """The workspace that this server serves."""
        return workspace_of(self.request)

    @property
    def viewer(self) -> Viewer:
        """Who is signed in; only in handlers of routes that need it."""
        viewer: Viewer = self.request.state.viewer
        return viewer

    @property
    def actor(self) -> Actor:
        """As whom they act."""
        return self.viewer.actor

    @property
    def campaign_id(self) -> str:
        """The campaign of the path, as people call it."""
        return str(self.request.path_params["campaign_id"])

    @property
    def campaign_key(self) -> int:
        """Its key in the ledger."""
        return int(self.request.state.campaign_key)

    @property
    def campaign(self) -> tuple[Workspace, int]:
        """The workspace and the key: what each verb of a campaign begins with."""
        return self.workspace, self.campaign_key

    @property
    def path(self) -> str:
        """Where the campaign's pages are."""
        return f"/campaigns/{self.campaign_id}"

    @cached_property
    def contacts(self) -> bool:
        """Whether they see recipients' names and contact data of the campaign."""
        return sees_contacts(self.workspace, self.viewer, self.campaign_key)


async def visit_of(request: Request) -> Visit:
    """Asked for by handlers as `This`; in the loop, for it waits for nothing."""
    return Visit(request)


def _is_this_machine(request: Request) -> bool:
    """Not what a proxy on this machine passes on that nobody named in [server] proxies."""
    passed_on = {"forwarded", "x-forwarded-for", "x-real-ip", "via"} & set(request.headers.keys())
    return request.state.client in LOOPBACK and not passed_on


# The largest number of a row, an upload or a token: what every database takes.
LARGEST = 2**31 - 1
Number = Annotated[int, Path(ge=0, le=LARGEST)]
Work = Annotated[Workspace, Depends(workspace_of)]
This = Annotated[Visit, Depends(visit_of)]
