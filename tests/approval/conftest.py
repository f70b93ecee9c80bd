"""An office in which somebody else has to say yes to what comes to more than 30 US dollars."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from campaign_runner.app.approve import approve_plan
from campaign_runner.app.plan import plan_file
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from campaign_runner.model.actor import Actor
from tests.pipeline.conftest import Office, office

__all__ = ["office"]

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"
BEN = "2,PHONE,Ben,Ng,,+14155550100,U561593,10.50"
CLEO = "3,EMAIL,Cleo,Roe,cleo@example.com,,U666425,5"
FAILS = "4,EMAIL,Dee,Fox,sim-fails@example.com,,U561593,30"
FINANCE = "finance@example.com"


class Reviewed:
    """Who plans, approves and runs in this office; Hanna hands files in."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.values |= {"approval": {"required_above": {"USD": 30}, "approvers": [FINANCE, "hanna@example.com"]}}

    def runtime(self, who: str = "hanna") -> Runtime:
        return replace(self.office.runtime(), submitter=who, actor=Actor(who.partition("@")[0], "pc-1"))

    def plan(self, path: Any, who: str = "hanna") -> dict[str, Any]:
        """plan.json, as somebody else reads it."""
        plan_file(ReadOptions(path), self.runtime(who))
        return self.read()

    def read(self) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads((self.office.folder / "reports" / "q4" / "plan.json").read_text("utf-8"))
        return plan

    def approve(self, plan: str, who: str = FINANCE) -> str:
        return approve_plan(self.runtime(who), plan, who).sentence

    def run(self, path: Any, who: str = "hanna", **options: Any) -> Result:
        return run_file(ReadOptions(path), self.runtime(who), **options)


@pytest.fixture
def reviewed(office: Office) -> Reviewed:
    return Reviewed(office)
