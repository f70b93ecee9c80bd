"""A house with a workspace of many campaigns: people bring files, jobs do the work, a Tango stand-in gets the orders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from campaign_runner import settings, simulator
from campaign_runner.app.jobs import work_once
from campaign_runner.app.submissions import submit_file
from campaign_runner.app.views.campaigns import campaign_view, create_campaign
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import submissions
from campaign_runner.ledger.submission_checks import Check, check_of
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from tests.clock import HandClock
from tests.pipeline.conftest import FEW

HEADERS = "Employee ID,Method,First name,Last name,E-mail,UTID,Amount"
ANA = "1,EMAIL,Ana,Silva,ana@example.com,U561593,25"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,U561593,10.50"
WRONG = "3,EMAIL,Cleo,Roe,cleo@@example.com,U561593,5"
HANNA = Actor("hanna@example.com", "local", "session")
FINN = Actor("finn@example.com", "local", "session")
OTTO = Actor("otto@example.com", "local", "token")


class House:
    """`work()` does every job that is wanted, however late it is due; `tango` is the stand-in, `only` are the reports."""

    only: frozenset[str] | None = None

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, HandClock()
        self.tango = simulator.Simulator(folder / "tango.jsonl", clock=self.clock, requests_per_second=0)
        self.base_url = ""
        self.values: dict[str, Any] = {"tango": {"requests_per_second": 1000}}

    @property
    def workspace(self) -> Workspace:
        if "_workspace" not in self.__dict__:
            values = {**self.values, "tango": {"base_url": self.base_url, **self.values["tango"]}}
            known = settings.kept({"campaign": {"id": "workspace"}, **values})
            self._workspace = Workspace(known, self.folder / "state", clock=self.clock, only=self.only)
        return self._workspace

    def campaign(self, campaign_id: str = "q4", actor: Actor = HANNA, **values: Any) -> int:
        create_campaign(self.workspace, actor, {"id": campaign_id, **values})
        return self.workspace.key_of(campaign_id)

    def submit(self, key: int, *rows: str, actor: Actor = HANNA, headers: str = HEADERS, **more: Any) -> Submission:
        path = self.folder / more.pop("name", "q4.csv")
        path.write_text("\n".join([headers, *rows]) + "\n", "utf-8")
        return self.bring(key, path, actor, **more)

    def bring(self, key: int, path: Path, actor: Actor = HANNA, **more: Any) -> Submission:
        made = submit_file(self.workspace, key, path, path.name, actor, "page", **more)
        self.work()
        return made

    def work(self, at_most: int = 30) -> None:
        for _ in range(at_most):
            with self.workspace.ledger().write("everything is due") as connection:
                connection.execute(text("UPDATE jobs SET due_at = 0"))
            if not work_once(self.workspace):
                return

    def check(self, submission: Submission) -> Check:
        with self.workspace.ledger().read() as connection:
            check = check_of(connection, submission.id)
        assert check is not None
        return check

    def newest(self, key: int) -> Submission:
        with self.workspace.ledger().read() as connection:
            newest = submissions.latest(connection, key)
        assert newest is not None
        return newest

    def view(self, campaign_id: str = "q4") -> dict[str, Any]:
        return campaign_view(self.workspace, campaign_id)

    def sent(self) -> list[str]:
        """The addresses that Tango has a reward for, in the order of placing."""
        lines = [line for order in self.tango.orders() for line in json.loads(order.body)["lineItems"]]
        return [line["recipient"]["email"] for line in lines]


@pytest.fixture(autouse=True)
def _few_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of these doors do not look at the others; those of pages, in another folder, write all."""
    monkeypatch.setattr(House, "only", FEW)


@pytest.fixture
def every_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test looks at all of them."""
    monkeypatch.setattr(House, "only", None)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TANGO_PLATFORM_NAME", "acme")
    monkeypatch.setenv("TANGO_PLATFORM_KEY", "of-nobody")
    made = House(tmp_path)
    with simulator.serve(made.tango) as made.base_url:
        yield made
        made.workspace.close()
