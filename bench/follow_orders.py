"""How many requests does an order take from placing to its final status, and how long do all of them take?

`python -m bench.follow_orders ORDERS MINUTES list|each` places that many orders of one line, at one request a second by a
clock that is turned by hand, with a stand-in whose orders end after so many minutes; `each`: without Tango's list. The
figures are written beside the files that are measured.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.data import FOLDER, HEADERS, file
from campaign_runner import settings, simulator
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.placement import follow

DAY = 86_400.0


class TurnedClock:
    """Whoever sleeps turns it on."""

    def __init__(self) -> None:
        self._began, self._passed, self._lock = datetime(2026, 11, 2, 9, tzinfo=UTC), 0.0, threading.Lock()

    def now(self) -> datetime:
        """The time in UTC."""
        return self._began + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """Wait."""
        with self._lock:
            self._passed += seconds


def measure(orders: int, minutes: float) -> dict[str, float]:
    """Place and follow them until all are final."""
    clock = TurnedClock()
    tango = simulator.Simulator(clock=clock)
    tango.change(knobs={"ends_after": 60 * minutes})
    with tempfile.TemporaryDirectory() as name, simulator.serve(tango) as base_url:
        known = settings.Settings(
            campaign={"id": "bench", "name": "Bench"}, tango={"base_url": base_url, "batch_size": 1},
            identity={"key": ("Employee ID",)},
        )  # fmt: skip
        folder = Path(name)
        runtime = Runtime(
            known, folder / "state", folder / "reports", settings.credentials(known, {}), clock=clock, workers=1,
            only=frozenset({"summary.json"}),
        )  # fmt: skip
        result = run_file(ReadOptions(_rewards(orders, folder)), runtime, patience=7 * DAY)
    seen = tango.requests
    placed = [one.at for one in seen if one.method == "POST" and one.status < 300]
    kinds = Counter(_kind(one.method, one.path) for one in seen if one.at >= placed[0])
    return {
        "requests an order": round(kinds.total() / orders, 3),
        "seconds to the last final status": round(seen[-1].at - placed[0], 1),
        "over 2 x orders / quota, %": round(100 * ((seen[-1].at - placed[0]) / (2 * orders) - 1), 2),
        "list": kinds["list"], "look-ups": kinds["look_up"], "429": sum(one.status == 429 for one in seen),
        "final": result.books.rows["completed"],
    }  # fmt: skip


def _kind(method: str, path: str) -> str:
    return "place" if method == "POST" else "look_up" if "/customers/" in path else "list"


def _rewards(rows: int, folder: Path) -> Path:
    """So many valid rows of e-mail rewards."""
    lines = file(4 * rows, 0).read_text("utf-8").splitlines()
    mine = [line for line in lines[1:] if line.split(",")[HEADERS.index("Delivery method")] == "EMAIL"][:rows]
    path = folder / "rewards.csv"
    path.write_text("\n".join([lines[0], *mine]) + "\n", "utf-8")
    return path


def figures(way: str) -> Path:
    """Where they are written."""
    return FOLDER / f"follow-{way}.json"


if __name__ == "__main__":
    if sys.argv[3] == "each":
        follow.ENOUGH = sys.maxsize
    found = json.dumps(measure(int(sys.argv[1]), float(sys.argv[2])))
    figures(sys.argv[3]).write_text(found + "\n", "utf-8")
    print(found)
