"""A campaign of 45 people in orders of ten, whose state can be put back, lost and copied."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign_runner import simulator
from campaign_runner.app.plan import plan_file
from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from campaign_runner.model.errors import NotNewest
from tests.pipeline.conftest import Office


def row(number: int) -> str:
    """Somebody who gets a reward that nobody else gets."""
    return f"{number},EMAIL,P{number},Roe,p{number}@example.com,,U561593,{10 + number}"


class Camp(Office):
    """`state` is where it is kept, as it is; a backup of it can be taken and put back."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.values["tango"] |= {"batch_size": 10}
        self.state = folder / "state"
        self.people(45)

    def people(self, last: int, first: int = 1) -> Path:
        """The file with so many people."""
        return self.file(*(row(number) for number in range(first, last + 1)))

    @property
    def path(self) -> Path:
        return self.folder / "q4.csv"

    def runtime(self, **tango: object) -> Runtime:
        return replace(super().runtime(**tango), state=self.state)

    def send(self, canary: int = 0, **how: object) -> Result:
        """The file as it is; settings of [tango] may be changed."""
        return run_file(ReadOptions(self.path), self.runtime(**how), patience=600, canary=canary)

    def refused(self, saying: str, **how: Any) -> None:
        """A run is refused with this sentence, and nothing is sent."""
        before = len(self.sent())
        with pytest.raises(NotNewest, match=saying):
            self.send(**how)
        assert len(self.sent()) == before

    def recover(self, **how: object) -> str:
        """What a recovery says of itself."""
        runtime = self.runtime(**how)
        recover_ledger(ReadOptions(self.path), runtime)
        return runtime.notices[-1]

    def plan(self) -> None:
        plan_file(ReadOptions(self.path), self.runtime())

    def back_up(self, name: str = "backup") -> None:
        shutil.copytree(self.state, self.folder / name)

    def lose(self) -> None:
        shutil.rmtree(self.state)

    def put_back(self, name: str = "backup", *, only: str = "*") -> None:
        """The backup in the place of what is there: all of the folder, or only some of its files."""
        for path in self.state.glob("ledger.sqlite*" if only != "*" else "*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in (self.folder / name).glob(only):
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, self.state / path.name)

    def asked(self) -> int:
        """How many requests Tango has had."""
        return len(self.tango.requests)

    def posts(self) -> int:
        """How many orders were sent, new and old."""
        return sum(seen.method == "POST" for seen in self.tango.requests)

    def twice(self) -> int:
        """How many people have more than one reward."""
        return sum(number > 1 for number in Counter(line["recipient"]["email"] for line in self.sent()).values())

    def everybody_once(self, people: int) -> None:
        assert (len(self.sent()), self.twice()) == (people, 0)


@pytest.fixture
def camp(tmp_path: Path) -> Iterator[Camp]:
    made = Camp(tmp_path)
    with simulator.serve(made.tango) as made.base_url:
        yield made
