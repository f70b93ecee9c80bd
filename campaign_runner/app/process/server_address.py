"""Under which address do people reach the server?  As [server] says, else where it was served last from this folder."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from campaign_runner.app.workspace import Workspace

FILE, USUAL = "server-address", "http://127.0.0.1:8080"


@dataclass(frozen=True)
class SetUp:
    """What is shown when a server answers; `secret` of the link that makes the first administrator ("" = not needed), and
    under which address people reach it ("": the same)."""

    address: str
    secret: str = ""
    reached_at: str = ""

    @property
    def link(self) -> str:
        """The link, "" where there are users."""
        return link_at(self.reached_at or self.address, self.secret) if self.secret else ""


def address_of(host: str, port: int) -> str:
    """Where a server that listens here is reached from this machine: every address of it includes its own."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - no address to listen at
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def remember_address(workspace: Workspace, address: str) -> None:
    """Where links lead that a command prints."""
    workspace.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    (workspace.state / FILE).write_text(address, "utf-8")


def server_address(workspace: Workspace) -> str:
    """Without a slash at its end."""
    if stated := workspace.settings.server.address:
        return stated
    path = workspace.state / FILE
    last = path.read_text("utf-8").strip() if path.exists() else ""
    return last if urlsplit(last).scheme == "http" else USUAL


def password_link(workspace: Workspace, secret: str) -> str:
    """The link that sets a password."""
    return link_at(server_address(workspace), secret)


def link_at(address: str, secret: str) -> str:
    """The same, at an address."""
    return f"{address}/set-password/{secret}"
