"""The nouns of the bench: a job is a table of contenders; the first one is ours, the ratios are to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.measuring import cost_of
from bench.stage import Stage, rewards, stage

Command = Callable[[Stage], list[str]]
Facts = Callable[[Mapping[str, Any]], dict[str, float]]


@dataclass(frozen=True)
class Contender:
    """One way to do the job. `part`: it is given one row in so many, and its time multiplied; `needs`: a library
    that may be missing; `tango`: it gets a fresh stand-in; `before`: what is done first and not measured."""

    name: str
    command: Command
    part: int = 1
    needs: str = ""
    tango: bool = False
    pace: float = 0
    batch: int = 500
    before: Callable[[Stage], None] = field(default=lambda _: None)

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Where it runs."""
        with stage(tango=self.tango, pace=self.pace, batch=self.batch) as place:
            self.before(place)
            yield place


@dataclass(frozen=True)
class Job:
    """`goal` says what the ratios are to reach; `facts` are figures made of the results; `shared`: all contenders
    and repetitions use one stage, prepared once; `times`: how often at most."""

    key: str
    title: str
    contenders: tuple[Contender, ...]
    goal: str = ""
    facts: Facts = lambda _: {}
    shared: bool = False
    times: int = 3


def check_of(rows: int, share: int = 2, suffix: str = "csv") -> Command:
    """Our check of a generated file."""
    return lambda place: place.ours("check", rewards(rows, share, suffix))


def placed(rows: int) -> Callable[[Stage], None]:
    """A run that has ended."""

    def before(place: Stage) -> None:
        cost_of(place.module("ours", "run", place.settings, place.folder, rewards(rows), 0))

    return before
