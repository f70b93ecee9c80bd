"""An office: a folder with files, a hand-turned clock, and a Tango stand-in over real HTTP."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign_runner import settings, simulator
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from tests.clock import HandClock
from tests.pipeline.two_campaigns import two

__all__ = ["two"]

WHO = {"TANGO_PLATFORM_NAME": "acme", "TANGO_PLATFORM_KEY": "of-nobody"}
# Workbooks have the rows of the CSV files, and books take as long as all others: only where a test looks at them.
FEW = frozenset({"results.csv", "failures.csv", "report.html", "summary.json"})
HEADERS = ["Employee ID", "Method", "First name", "Last name", "E-mail", "Mobile", "UTID", "Amount"]


class Office:
    """Where a campaign is run; `tango` is the stand-in, `clock` is turned by hand; `only` are the reports."""

    only: frozenset[str] | None = FEW

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, HandClock()
        self.tango = simulator.Simulator(folder / "tango.jsonl", clock=self.clock, requests_per_second=0)
        self.base_url = ""
        self.values: dict[str, Any] = {"campaign": {"id": "q4", "name": "Q4"}, "tango": {"requests_per_second": 0}}

    def file(self, *rows: str, headers: list[str] = HEADERS, name: str = "q4.csv") -> Path:
        """A CSV of rows such as `1,EMAIL,Ana,Silva,ana@example.com,,U561593,25`."""
        path = self.folder / name
        path.write_text("\n".join([",".join(headers), *rows]) + "\n", "utf-8")
        return path

    def runtime(self, **tango: Any) -> Runtime:
        values = {**self.values, "tango": {"base_url": self.base_url, **self.values["tango"], **tango}}
        known = settings.Settings(**values)
        return Runtime(
            known, self.folder / "state", self.folder / "reports", settings.credentials(known, WHO), clock=self.clock,
            workers=1, only=self.only,
        )  # fmt: skip

    def run(self, path: Path, patience: float = 600, **tango: Any) -> Result:
        return run_file(ReadOptions(path), self.runtime(**tango), patience=patience)

    def statuses(self, name: str = "results.csv") -> dict[int, str]:
        """Row number -> status, as the report says."""
        return {int(row["Row"]): row["Status"] for row in self.report(name)}

    def report(self, name: str = "results.csv") -> list[dict[str, str]]:
        with (self.folder / "reports" / "q4" / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads((self.folder / "reports" / "q4" / "summary.json").read_text("utf-8"))
        return summary

    def sent(self) -> list[dict[str, Any]]:
        """Every line item that Tango has, in the order of placing."""
        return [line for order in self.tango.orders() for line in json.loads(order.body)["lineItems"]]


@pytest.fixture
def every_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test looks at more of the reports, or is about writing them in an odd state."""
    monkeypatch.setattr(Office, "only", None)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    with simulator.serve(made.tango) as made.base_url:
        yield made
