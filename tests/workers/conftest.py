"""The house of the doors, in which somebody else works: what is submitted waits until `work()`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign_runner import simulator
from campaign_runner.app.send import send_plan
from campaign_runner.app.submissions import submit_file
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from tests.doors.conftest import House

HEADERS = "Method,First name,Last name,E-mail,UTID,Amount"
ANA = Actor("ana@example.com", "local", "session")


class IdleHouse(House):
    """Campaigns by their id, and files that nobody checks at once."""

    def create(self, campaign: str = "q4", **values: Any) -> int:
        return self.campaign(campaign, ANA, **values)

    def put(self, *rows: str, campaign: str = "q4") -> Submission:
        """Submit a CSV of rows such as `EMAIL,Ana,Silva,ana@example.com,U561593,25`."""
        path = self.folder / "q4.csv"
        path.write_text("\n".join([HEADERS, *rows]) + "\n", "utf-8")
        return submit_file(self.workspace, self.workspace.key_of(campaign), path, path.name, ANA, "page")

    def want_sent(self, submission: Submission, **options: Any) -> str:
        plan = self.check(submission).plan
        send_plan(self.workspace, submission.campaign, ANA, plan, options)
        return plan

    def state(self, campaign: str = "q4") -> str:
        return str(self.view(campaign)["state"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[IdleHouse]:
    made = IdleHouse(tmp_path)
    with simulator.serve(made.tango) as made.base_url:
        yield made
        made.workspace.close()
