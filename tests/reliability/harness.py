"""What comes of a seed?  The real pipeline against the real stand-in over real HTTP, with faults and crashes.

`simulate(seed)` is deterministic: the same seed gives the same file, faults, crashes and outcome, on any machine.
"""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass, field, replace

from tests.reliability.company import Company
from tests.reliability.invariants import violations
from tests.reliability.scenario import Scenario, scenario
from tests.reliability.workshop import Workshop


@dataclass
class Outcome:
    """What a seed came to; `wrong` is empty where every promise was kept."""

    seed: int
    wrong: list[str]
    processes: int = 0
    requests: int = 0
    orders: int = 0
    lines: int = 0
    rows: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    points: list[list[str]] = field(default_factory=list)

    @property
    def replay(self) -> str:
        """The command that shows this very outcome again."""
        return f"python -m tests.reliability.soak --seed {self.seed}"


def simulate(seed: int) -> Outcome:
    """Play the scenario of a seed and look at what Tango has in the end."""
    return play(scenario(seed))


def simulate_workers(seed: int) -> Outcome:
    """The same, with the sending left to workers."""
    return play(scenario(seed), Workshop)


def play(plan: Scenario, kind: type[Company] = Company) -> Outcome:
    """Play a scenario to its end: all steps, then the same command until it is done, then once more."""
    company = kind(plan)
    try:
        wrong = _wrong(company)
        return Outcome(
            plan.seed, wrong, company.processes, len(company.tango.requests), len(list(company.tango.orders())),
            sum(order.count for order in company.tango.orders()), len(company.sheet.rows), Counter(company.crashes),
            company.tango.faults_struck, company.points,
        )  # fmt: skip
    finally:
        company.close()


def crashing(plan: Scenario, *points: int) -> Scenario:
    """The same scenario, its processes killed at these points in turn."""
    return replace(plan, crashes=points)


def _wrong(company: Company) -> list[str]:
    try:
        company.run()
        for step in company.plan.steps:
            company.do(step)
        company.finish()
        posts = len(company.sent)
        company.run(patience=120)
        again = ["one more run sent something"] if len(company.sent) > posts else []
        return again + list(violations(company))
    except Exception:
        return [traceback.format_exc()]
