"""How much does an inbox bear?  `make soak-inbox`: files arrive for an hour of simulated time, and it is killed again and
again; at the end each file lies in one place, and each recipient has one reward.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from campaign_runner import simulator
from tests.clock import HandClock
from tests.inbox.drop import Drop
from tests.reliability.crashes import Bomb, Crash

HOUR, MINUTE = 3600, 60


class Figures(NamedTuple):
    """Of one hour: how many files, kills and requests, and how long it took, simulated and really."""

    files: int
    kills: int
    requests: int
    simulated_seconds: float
    seconds: float
    processor_seconds: float


def play(folder: Path, files: int, kills: int, pace: float, seed: int = 1) -> Figures:
    """Let so many files arrive; raises AssertionError where one is not in exactly one place, or not sent exactly once."""
    chance, clock = random.Random(seed), HandClock()
    (folder / "drop").mkdir()
    tango = simulator.Simulator(folder / "tango.jsonl", clock=clock, requests_per_second=0)
    tango.change(knobs={"ends_after": 20})
    began, processor, start = time.monotonic(), time.process_time(), clock.monotonic()
    died = requests = arrived = 0
    minutes = min(MINUTE, files)
    with simulator.serve(tango) as base_url:
        drop = Drop(folder / "drop", base_url, tango, clock)
        drop.pace(pace)
        strikes = Counter(chance.randrange(minutes) for _ in range(kills))
        for minute in range(minutes):
            due = files * (minute + 1) // minutes
            for number in range(arrived, due):
                drop.put(f"{number % 7}/n{number:05}.csv", f"EMAIL,Ana,Silva,ana.{number}@example.com,U561593,25")
            for _ in range(strikes[minute]):
                with suppress(Crash), Bomb(chance.randrange(1, 90 * (due - arrived) + 1)).armed():
                    drop.once()
                died += 1
            with (bomb := Bomb()).armed():
                drop.once()
            requests += sum(point.endswith("before the request") for point in bomb.seen)
            arrived = due
            ahead = start + (minute + 1) * HOUR / minutes - clock.monotonic()
            clock.turn(seconds=max(0, ahead))
        drop.once()
        _prove(drop, files)
    return Figures(files, died, requests, clock.monotonic() - start, time.monotonic() - began,
                   time.process_time() - processor)  # fmt: skip


def _prove(drop: Drop, files: int) -> None:
    places = Counter(path.name for path in drop.folder.rglob("n*.csv"))
    done = {path.name for path in drop.folder.glob("done/*/*/n*.csv")}
    expected = {f"n{number:05}.csv" for number in range(files)}
    assert done == expected, sorted(expected ^ done)[:5]
    assert set(places.values()) == {1}, places.most_common(3)
    assert drop.sent() == sorted(f"ana.{number}@example.com" for number in range(files))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pace", type=float, default=20, help="requests a second that Tango grants; 0 = any number")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for name, value in play(Path(place), asked.files, asked.kills, asked.pace)._asdict().items():
            print(f"{name.replace('_', ' '):20}{value:,.0f}")
