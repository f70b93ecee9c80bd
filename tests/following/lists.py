"""A stand-in whose list of orders says what a test has it say, and an office in front of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaign_runner import settings, simulator
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from campaign_runner.simulator.answer import Answer, Request
from tests.clock import HandClock
from tests.pipeline.conftest import HEADERS, WHO

Orders = list[dict[str, Any]]


class Listing(simulator.Simulator):
    """`change_list` changes the orders of each page of the list, or answers instead."""

    change_list: Callable[[Orders], Orders | Answer] = staticmethod(lambda orders: orders)

    def handle(self, request: Request) -> Answer:
        answer = super().handle(request)
        if request.method != "GET" or request.path != "/asyncOrders" or not isinstance(answer.content, dict):
            return answer
        if answer.status != 200:
            return answer
        changed = self.change_list(answer.content["orders"])
        return changed if isinstance(changed, Answer) else Answer(200, {**answer.content, "orders": changed})


class Office:
    """Orders of one row each, which end ten minutes after they were placed; one request a second."""

    def __init__(self, folder: Path, **knobs: float) -> None:
        self.folder, self.clock = folder, HandClock()
        self.tango = Listing(clock=self.clock, requests_per_second=1)
        self.tango.change(knobs={"ends_after": 600, **knobs})
        self.base_url = ""

    def runtime(self) -> Runtime:
        tango = {"base_url": self.base_url, "batch_size": 1}
        known = settings.Settings(campaign={"id": "q4", "name": "Q4"}, tango=tango, preflight={"catalogue": "off"})
        return Runtime(
            known, self.folder / "state", self.folder / "reports", settings.credentials(known, WHO), clock=self.clock,
            workers=1, only=frozenset({"summary.json"}),
        )  # fmt: skip

    def run(self, rows: int = 12, patience: float = 86_400, spells: tuple[str, ...] = ()) -> Result:
        """Reward so many people; the e-mail addresses of the first ones hold test values."""
        names = [*spells, *("" for _ in range(rows - len(spells)))]
        lines = [f"{n},EMAIL,P{n},Roe,{(name + '.p').lstrip('.')}{n}@example.com,,U561593,25"
                 for n, name in enumerate(names, 1)]  # fmt: skip
        path = self.folder / "q4.csv"
        path.write_text("\n".join([",".join(HEADERS), *lines]) + "\n", "utf-8")
        return run_file(ReadOptions(path), self.runtime(), patience=patience)

    @property
    def asked(self) -> tuple[int, int]:
        """Requests for the list, and for an order by itself, since the last order was placed."""
        seen = self.tango.requests
        last = max(place for place, one in enumerate(seen) if one.method == "POST")
        after = [one.path for one in seen[last:] if one.method == "GET"]
        return after.count("/asyncOrders"), sum("/customers/" in path for path in after)
