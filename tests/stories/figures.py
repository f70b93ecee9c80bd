"""What do many stories come to?  Added up, for the screen and for docs/reliability.md."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from tests.stories.play import Played

# Which promise a sentence says was broken; any other is one of the books, or of the program itself.
TWICE = re.compile(r"has [\d.]+ |within the window|without a release|sent something")
LOST = re.compile(r": lost|does not finish|have a status|in the end|Tango says|though nothing is wrong")


@dataclass
class StoryFigures:
    """Stories, added up."""

    first: int
    stories: int = 0
    seconds: float = 0
    commands: int = 0
    killed: int = 0
    rows: int = 0
    orders: int = 0
    lines: int = 0
    twice: int = 0
    lost: int = 0
    verbs: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)

    def add(self, one: Played) -> None:
        """Count one more."""
        self.stories += 1
        for name in ("commands", "killed", "rows", "orders", "lines"):
            setattr(self, name, getattr(self, name) + getattr(one, name))
        self.verbs += one.verbs
        self.twice += sum(bool(TWICE.search(sentence)) for sentence in one.wrong)
        self.lost += sum(bool(LOST.search(sentence)) for sentence in one.wrong)
        if one.wrong:
            self.broken.append(one.seed)

    def values(self) -> dict[str, str]:
        """By what they count."""
        return {
            "Time": f"{self.seconds / 60:.0f} minutes",
            "Stories": f"{self.stories:,} (from seed {self.first})",
            "Commands": f"{self.commands:,}, {self.killed:,} of them killed",
            "Rows in the first files": f"{self.rows:,}",
            "Orders placed": f"{self.orders:,}, with {self.lines:,} lines",
            "**Recipients with more than was asked for and released**": f"**{self.twice}**",
            "**Recipients lost, or commands that never finish**": f"**{self.lost}**",
            "Broken stories": ", ".join(map(str, sorted(self.broken))) or "none",
        }

    def happened(self) -> list[list[str]]:
        """What happened in them, and how often."""
        return [[verb, f"{times:,}"] for verb, times in sorted(self.verbs.items())]

    def told(self) -> list[str]:
        """The figures as lines of text."""
        return [f"{name.strip('*')}: {value.strip('*')}" for name, value in self.values().items()]
