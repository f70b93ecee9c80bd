"""A folder that files are dropped into, and what became of them."""

from __future__ import annotations

import json
from pathlib import Path

from campaign_runner import simulator
from campaign_runner.app.inbox import Inbox
from campaign_runner.model.errors import ExitCode
from tests.clock import HandClock

HEADERS = "Method,First name,Last name,E-mail,UTID,Amount"
ANA, BO = "EMAIL,Ana,Silva,ana@example.com,U561593,25", "EMAIL,Bo,Li,bo@example.com,U561593,30"


class Drop:
    """A folder that files are dropped into, and what became of them."""

    def __init__(self, folder: Path, base_url: str, tango: simulator.Simulator, clock: HandClock) -> None:
        self.folder, self.base_url, self.tango, self.clock = folder, base_url, tango, clock
        self.told: list[str] = []
        self.paced: float = 0
        self.settings("workspace.toml")

    def settings(self, name: str, more: str = "") -> None:
        tango = f'[tango]\nbase_url = "{self.base_url}"\nrequests_per_second = {self.paced}\ngrace_seconds = 0\n'
        (self.folder / name).write_text(more + tango, "utf-8")

    def pace(self, requests_per_second: float) -> None:
        """What the settings say of Tango's quota from now on."""
        self.paced = requests_per_second
        self.settings("workspace.toml")

    def put(self, name: str, *rows: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([HEADERS, *rows]) + "\n", "utf-8")
        return path

    def inbox(self) -> Inbox:
        return Inbox(self.folder, self.told.append, clock=self.clock, settled=0)

    def once(self) -> ExitCode:
        return self.inbox().watch(once=True)

    def places(self, name: str) -> list[str]:
        """The folders in which a file of this name lies, without the day."""
        found = (path.relative_to(self.folder).parts for path in self.folder.rglob(name))
        return sorted(parts[0] if len(parts) > 1 else "inbox" for parts in found if parts[0] != ".campaign-runner")

    def beside(self, name: str) -> list[str]:
        (path,) = self.folder.rglob(name)
        return sorted(other.name.removeprefix(name) for other in path.parent.iterdir() if other != path)

    def sent(self) -> list[str]:
        orders = (json.loads(order.body) for order in self.tango.orders())
        return sorted(line["recipient"]["email"] for order in orders for line in order["lineItems"])
