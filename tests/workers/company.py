"""A company: a ledger on PostgreSQL, a stand-in over HTTP, and workers on machines of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from campaign_runner import simulator
from campaign_runner.app.send import send_plan
from campaign_runner.app.submissions import submit_file
from campaign_runner.app.views.campaigns import campaign_view, create_campaign
from campaign_runner.app.workspace import Workspace, open_workspace
from campaign_runner.ledger.submission_checks import check_of
from campaign_runner.model.actor import Actor
from tests.forked import Forked
from tests.reliability.processes import until

ANA = Actor("ana@example.com", "local", "session")
SETTINGS = """
[ledger]
url = "{url}"
[tango]
base_url = "{base_url}"
requests_per_second = {pace}
batch_size = 5
"""


class Company:
    """A ledger on PostgreSQL, a stand-in over HTTP, and workers that are started and killed."""

    def __init__(
        self, folder: Path, url: str, base_url: str, tango: simulator.Simulator, *, lines: int = 40, pace: float = 0
    ) -> None:
        self.lines, self.url = lines, url
        self.folder, self.tango, self.workers = folder, tango, list[Forked | subprocess.Popen[bytes]]()
        settings = SETTINGS.format(url=url, base_url=base_url, pace=pace)
        (folder / "workspace.toml").write_text(settings, "utf-8")
        self._open = open_workspace(folder / "workspace.toml", folder / "state")
        self.workspace: Workspace = self._open.__enter__()

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self._open.__exit__(None, None, None)

    def start(self) -> Forked:
        """A worker on a machine of its own: with a state folder that nobody else has."""
        started = Forked(self._words(), cwd=self.folder)
        self.workers.append(started)
        return started

    def start_behind(self, before: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        """The same, with something before the program."""
        whole = [*before, sys.executable, "-m", "campaign_runner", *self._words()]
        started = subprocess.Popen(whole, cwd=self.folder, env={**os.environ, **environment})
        self.workers.append(started)
        return started

    def _words(self) -> list[str]:
        state = self.folder / f"machine{len(self.workers)}"
        return ["worker", "--quiet", "--config", "workspace.toml", "--state", str(state)]

    def campaign(self, name: str) -> int:
        create_campaign(self.workspace, ANA, {"id": name})
        rows = [f"EMAIL,Ana,Silva,{name}.{n}@example.com,U561593,25" for n in range(self.lines)]
        path = self.folder / f"{name}.csv"
        path.write_text("\n".join(["Method,First name,Last name,E-mail,UTID,Amount", *rows]) + "\n", "utf-8")
        return submit_file(self.workspace, self.workspace.key_of(name), path, path.name, ANA, "page").id

    def send(self, name: str, submission: int) -> None:
        self.comes_to("ready", name)
        with self.workspace.ledger().read() as connection:
            check = check_of(connection, submission)
        assert check is not None
        send_plan(self.workspace, self.workspace.key_of(name), ANA, check.plan, {})

    def comes_to(self, state: str, name: str) -> None:
        """Wait until a campaign is that far: a look costs more than to wait."""
        until(lambda: self.state(name) == state, every=0.25)

    def state(self, name: str) -> str:
        return str(campaign_view(self.workspace, name)["state"])

    def sent(self) -> list[str]:
        """The e-mail address of every line that the stand-in has."""
        orders: list[Any] = [orjson.loads(order.body) for order in self.tango.orders()]
        return sorted(line["recipient"]["email"] for order in orders for line in order["lineItems"])

    def everybody(self, *names: str) -> list[str]:
        """Whom these campaigns reward."""
        return sorted(f"{name}.{n}@example.com" for name in names for n in range(self.lines))
