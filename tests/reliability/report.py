from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.harness import Outcome


@dataclass
class Figures:
    """Outcomes, added up."""

    first: int
    last: int
    seeds: int = 0
    processes: int = 0
    requests: int = 0
    orders: int = 0
    lines: int = 0
    rows: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.seeds += 1
        for name in ("processes", "requests", "orders", "lines", "rows"):
            setattr(self, name, getattr(self, name) + getattr(outcome, name))
        self.crashes += outcome.crashes
        self.faults += outcome.faults
        if outcome.wrong:
            self.broken.append(outcome.seed)

    def told(self) -> list[str]:
        """The figures as lines of text."""
        return [f"{self}"]


def write_report(figures: Figures) -> Path:
    raise SystemExit
