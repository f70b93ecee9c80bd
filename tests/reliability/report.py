"""What do the figures say, and how are they shown?  On the screen, and as docs/reliability.md.

Text, lists and tables of that page come from the code itself; the figures from a run of the soak.
"""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path

from campaign_runner.model import Outcome
from campaign_runner.simulator.fault_effects import FAULTS
from tests.reliability import answers_tested
from tests.reliability.answers_tested import DOES, Tested
from tests.reliability.everywhere import killed_everywhere
from tests.reliability.harness import Outcome as Played
from tests.stories.figures import StoryFigures

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
TEXT = Path(__file__).with_name("reliability.md.txt")
# Which promise a sentence of `invariants` says was broken; any other is one of the books.
TWICE = re.compile(r"was (placed|rewarded)\b.* times|one more run sent something|other bytes")
LOST = re.compile(r"Tango has no such line|have a status|knows nothing of|does not end|never ended|leaves \d+ rows")


@dataclass
class Figures:
    """Outcomes, added up."""

    first: int
    last: int
    seeds: int = 0
    seconds: float = 0
    processes: int = 0
    requests: int = 0
    orders: int = 0
    lines: int = 0
    rows: int = 0
    twice: int = 0
    lost: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)

    def add(self, outcome: Played) -> None:
        """Count one more."""
        self.seeds += 1
        self.last = max(self.first, outcome.seed)
        for name in ("processes", "requests", "orders", "lines", "rows"):
            setattr(self, name, getattr(self, name) + getattr(outcome, name))
        self.crashes += outcome.crashes
        self.faults += outcome.faults
        self.twice += sum(bool(TWICE.search(sentence)) for sentence in outcome.wrong)
        self.lost += sum(bool(LOST.search(sentence)) for sentence in outcome.wrong)
        if outcome.wrong:
            self.broken.append(outcome.seed)

    def told(self) -> list[str]:
        """The figures as lines of text."""
        broken = ", ".join(map(str, self.broken)) or "none"
        return [
            f"{self.seeds:,} seeds ({self.first} to {self.last}) in {self.seconds / 60:.1f} minutes.",
            f"{self.processes:,} runs made {self.requests:,} requests; {self.orders:,} orders with {self.lines:,} lines "
            f"were placed for {self.rows:,} rows.",
            f"Killed {self.crashes.total():,} times, at {len(self.crashes)} places; {self.faults.total():,} faults of "
            f"{len(self.faults)} kinds struck.",
            f"Twice: {self.twice}. Lost: {self.lost}. Broken seeds: {broken}.",
        ]


def write_report(figures: Figures, stories: StoryFigures, path: Path = PAGE) -> Path:
    """Write docs/reliability.md."""
    sections = {
        "seeds": _seeds(figures),
        "stories": _table(["", "This run"], stories.values().items()),
        "happened": _table(["What happens", "How often"], stories.happened()),
        "crashes": _crashes(figures),
        "faults": _table(["Fault", "What it does", "Struck"],
                         ([f"`{kind}`", effect.about, f"{figures.faults[kind]:,}"] for kind, effect in FAULTS.items())),
        "meanings": _table(["Meaning", "What a run does"], ([f"*{one}*", does] for one, does in DOES.items())),
        "successes": _answers(answers_tested.SUCCESSES),
        "statuses": _answers(answers_tested.statuses()),
        "keys": _keys(),
        "transport": _answers(answers_tested.transport()),
        "fault_tests": _fault_tests(),
    }  # fmt: skip
    path.write_text(TEXT.read_text("utf-8").format(**sections), "utf-8")
    return path


def _seeds(figures: Figures) -> str:
    machine = f"{cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    values = {
        "Date": f"{datetime.now(UTC):%Y-%m-%d}",
        "Machine": machine,
        "Time": f"{figures.seconds / 60:.0f} minutes",
        "Seeds": f"{figures.seeds:,} ({figures.first} to {figures.last})",
        "Runs (processes)": f"{figures.processes:,}",
        "Requests to the stand-in": f"{figures.requests:,}",
        "Rows in the files": f"{figures.rows:,}",
        "Orders placed": f"{figures.orders:,}",
        "Lines in them": f"{figures.lines:,}",
        "Runs killed": f"{figures.crashes.total():,}, at {len(figures.crashes)} places",
        "Faults that struck": f"{figures.faults.total():,}, of {len(figures.faults)} kinds",
        "**Placed or rewarded twice**": f"**{figures.twice}**",
        "**Lost or never ended**": f"**{figures.lost}**",
        "Broken seeds": ", ".join(map(str, figures.broken)) or "none",
    }
    return _table(["", "This run"], values.items())


def _crashes(figures: Figures) -> str:
    """Every place by its write or request: how often each was hit by chance, and how often in turn."""
    everywhere = killed_everywhere()
    rows = [[f"`{place}`", f"{figures.crashes[place]:,}", f"{everywhere[place]:,}"]
            for place in sorted({*figures.crashes, *everywhere})]  # fmt: skip
    return _table(["Place", "Killed there by the seeds", "Killed there in turn"], rows)


def _answers(some: Iterable[Tested]) -> str:
    return _table(
        ["Answer", "Means", "Shown by"], ([one.answer, _meaning(one.means), f"`{one.test}`"] for one in some)
    )


def _keys() -> str:
    """One row for all keys of a meaning: their tests differ in the key alone."""
    rows: dict[tuple[str, str], list[str]] = {}
    for one in answers_tested.i18n_keys():
        rows.setdefault((one.means, one.test.partition("[")[0]), []).append(f"`{one.answer}`")
    return _table(
        ["i18nKeys", "Means", "Shown by"],
        ([", ".join(keys), _meaning(means), f"`{test}[key]`"] for (means, test), keys in rows.items()),
    )


def _fault_tests() -> str:
    tests = [one.test.partition("[")[0] for one in answers_tested.faults()]
    looking = tests[0].replace("placing", "looking_up")
    return f"`{tests[0]}[fault]` and `{looking}[fault]`"


def _meaning(means: str) -> str:
    return f"*{means}*" if means in set(Outcome) else means


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)
