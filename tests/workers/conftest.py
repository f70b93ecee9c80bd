"""A workspace: a ledger of many campaigns, a hand-turned clock, and a Tango stand-in over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from campaign_runner import settings, simulator
from campaign_runner.app.campaigns import campaign_view, create_campaign
from campaign_runner.app.jobs import work_once
from campaign_runner.app.send import send_plan
from campaign_runner.app.submissions import submit_file
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger.checks import check_of
from campaign_runner.ledger.submission_tables import jobs
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from tests.clock import HandClock

HEADERS = "Method,First name,Last name,E-mail,UTID,Amount"
ANA = Actor("ana@example.com", "local", "session")


class House:
    """A company: `tango` is the stand-in, `workspace` where everybody works."""

    def __init__(self, folder: Path, base_url: str, tango: simulator.Simulator, clock: HandClock) -> None:
        self.folder, self.tango, self.clock = folder, tango, clock
        values: dict[str, Any] = {
            "campaign": {"id": "any"},
            "tango": {"base_url": base_url, "requests_per_second": 0},
        }
        self.workspace = Workspace(settings.Settings(**values), folder / "state", clock=clock)

    def submit(self, *rows: str, campaign: str = "q4", actor: Actor = ANA) -> Submission:
        """Submit a CSV of rows such as `EMAIL,Ana,Silva,ana@example.com,U561593,25`."""
        path = self.folder / "q4.csv"
        path.write_text("\n".join([HEADERS, *rows]) + "\n", "utf-8")
        key = self.workspace.key_of(campaign)
        return submit_file(self.workspace, key, path, path.name, actor, "page")

    def create(self, campaign: str = "q4", **values: Any) -> int:
        create_campaign(self.workspace, ANA, {"id": campaign, **values})
        return self.workspace.key_of(campaign)

    def want_sent(self, submission: Submission, **options: Any) -> str:
        with self.workspace.ledger().read() as connection:
            check = check_of(connection, submission.id)
        assert check is not None
        send_plan(self.workspace, submission.campaign, ANA, check.plan, options)
        return check.plan

    def work(self, most: int = 50) -> None:
        """Do all the work there is; what is to come again comes at once."""
        for _ in range(most):
            with self.workspace.ledger().write("make all due") as connection:
                connection.execute(update(jobs).values(due_at=0))
            if not work_once(self.workspace):
                return

    def state(self, campaign: str = "q4") -> str:
        return str(campaign_view(self.workspace, campaign)["state"])

    def view(self, campaign: str = "q4") -> dict[str, Any]:
        return campaign_view(self.workspace, campaign)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = HandClock()
    tango = simulator.Simulator(tmp_path / "tango.jsonl", clock=clock, requests_per_second=0)
    with simulator.serve(tango) as base_url:
        house = House(tmp_path, base_url, tango, clock)
        yield house
        house.workspace.close()
