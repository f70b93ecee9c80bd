"""A company that leaves the sending to workers: the same scenarios, played through submissions and jobs.

Each job is a process that may be killed; the next worker goes on from what stands in the ledger.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from campaign_runner import settings
from campaign_runner.app.jobs import work_once
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs
from campaign_runner.ledger.submission_tables import jobs as table
from tests.reliability.company import PATIENCE, REPORTS, Company, server
from tests.reliability.postgresql import Server
from tests.reliability.scenario import Scenario

SLICES = 60


class Workshop(Company):
    """`run --detach`, then workers, one after the other."""

    def run(self, patience: float = PATIENCE) -> Result | None:
        """Submit the file, and let workers work for so many seconds after the last order was placed."""
        path = self.folder / f"q4-{self.sheet.versions}.csv"
        path.write_text(self.sheet.text(), "utf-8")
        wanted = {"canary": self.plan.canary, "max_failure_rate": self.plan.max_failure_rate}
        how: dict[str, Any] = wanted if self.cautious else {"no_canary": True}
        planned = self.process(lambda: run_file(
            ReadOptions(path), self.runtime(), detach=True, partial_by_funds=self.plan.partial, **how
        ))  # fmt: skip
        if planned is None:
            return None
        until = self.clock.monotonic() + patience
        for _ in range(SLICES):
            self.process(self._work)
            if not self._comes_again(until):
                break
        return self.process(lambda: report_campaign(self.runtime()))

    def _settings(self) -> dict[str, Any]:
        return {**self.plan.settings(server().base_url), "campaign": {"id": "any"}}

    def _workspace(self) -> Workspace:
        known = settings.Settings(**self._settings())
        return Workspace(known, self.folder / "state", clock=self.clock, workers=1, only=REPORTS)

    def _work(self) -> bool:
        with closing(self._workspace()) as workspace:
            return work_once(workspace)

    def _comes_again(self, until: float) -> bool:
        """Turn the clock to when the job is due, if there is one; whoever had it in hand is dead by then."""
        with (
            closing(self._workspace()) as workspace,
            workspace.ledger().write("a test turns the clock") as connection,
        ):
            waiting = connection.execute(table.select()).one_or_none()
            if waiting is None:
                return False
            left = max(0.0, float(waiting.due_at) - jobs.now(connection))
            connection.execute(update(table).values(due_at=0, leased_until=0))
        if self.clock.monotonic() + left > until:
            return False
        self.clock.turn(seconds=left)
        return True


class SharedWorkshop(Workshop):
    """The same with the ledger on PostgreSQL; a lost ledger is a new, empty database. There is no pace, since there it goes
    by the database's clock, which nobody turns."""

    server: Server

    def __init__(self, plan: Scenario) -> None:
        super().__init__(plan)
        self.tango.change(knobs={"requests_per_second": 0})
        self.url = self._database()

    def _database(self) -> str:
        return self.server.database().replace("postgresql:", "postgresql+psycopg:")

    def runtime(self) -> Runtime:
        runtime = super().runtime()
        tango = runtime.settings.tango.model_copy(update={"requests_per_second": 0})
        return replace(runtime, settings=runtime.settings.model_copy(update={"tango": tango}), ledger_url=self.url)

    def _settings(self) -> dict[str, Any]:
        values = super()._settings()
        return {**values, "tango": {**values["tango"], "requests_per_second": 0}, "ledger": {"url": self.url}}

    def _lose(self) -> None:
        self.url = self._database()
        super()._lose()
