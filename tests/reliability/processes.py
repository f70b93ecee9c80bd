"""A campaign run by the command against the stand-in, each a process of its own: what can be killed.

`suicidal(12)` is the command that kills itself (SIGKILL) at the twelfth place at which it could die (see `crashes`);
the claims of `briefly()` have leases of one second.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campaign_runner.simulator import Simulator
from tests.forked import COMMAND, Forked

ROOT = Path(__file__).parents[2]
LONG = 120  # seconds that a test waits for what must happen, before it fails

ROWS = tuple(f"{n},EMAIL,P{n},Roe,p{n}@example.com,U561593,{10 + n}" for n in range(1, 7))
TOML = """
[campaign]
id = "q4"
name = "Q4"
[tango]
base_url = "http://127.0.0.1:{port}/raas/v2"
requests_per_second = 0
batch_size = 2
timeout_seconds = {timeout}
max_tries = 2
grace_seconds = 0
"""


class Site:
    """A folder with a file, settings, and a stand-in that can be killed and started again with its state."""

    def __init__(self, folder: Path, *, timeout: float = 30, more: str = "") -> None:
        self.folder, self.port, self.state = folder, free_port(), "state"
        self.file = folder / "q4.csv"
        self.write(*ROWS)
        (folder / "campaign.toml").write_text(TOML.format(port=self.port, timeout=timeout) + more, "utf-8")
        self.stand_in: Forked | None = None
        self.runs: list[Forked] = []

    def write(self, *rows: str) -> None:
        """The file as it is to be handed in."""
        head = "Employee ID,Method,First name,Last name,E-mail,UTID,Amount"
        self.file.write_text("\n".join([head, *rows]) + "\n", "utf-8")

    def open(self, *faults: dict[str, Any]) -> None:
        """Start the stand-in and wait until it answers."""
        script = self.folder / "faults.json"
        script.write_text(json.dumps(faults), "utf-8")
        words = ["simulator", "--port", str(self.port), "--state", str(self.folder / "tango"), "--faults", str(script),
                 "--requests-per-second", "0"]  # fmt: skip
        self.stand_in = Forked(words)
        until(lambda: _answers(self.port))

    def close(self) -> None:
        """Kill the stand-in, as hard as can be."""
        if self.stand_in:
            self.stand_in.close()
            self.stand_in = None

    def call(self, command: str = "run", *options: str) -> list[str]:
        """The words of a command line."""
        what = (
            [str(self.file), "--wait", "60s", "--reports", str(self.folder / "reports")] if command == "run" else []
        )
        state, settings = str(self.folder / self.state), str(self.folder / "campaign.toml")
        return [command, *what, *options, "--state", state, "--config", settings]

    def ask(self, command: str, *options: str) -> tuple[int, str]:
        """Any other command: (exit code, what it said in all)."""
        asked = Forked(self.call(command, *options), cwd=self.folder)
        out, said = asked.communicate(LONG)
        return asked.wait(), out + said

    def start(self, code: str = COMMAND, **options: Any) -> Forked:
        """`campaign-runner run`, under way; `code` stands in for the command."""
        self.runs.append(Forked(self.call(), code=code, cwd=ROOT, **options))
        return self.runs[-1]

    def run(self, code: str = COMMAND, **options: Any) -> tuple[int, str]:
        """`campaign-runner run` to its end: (exit code, what it said on standard error)."""
        run = self.start(code, **options)
        _, said = run.communicate(LONG)
        return run.wait(), said

    def tango(self) -> Simulator:
        """What the stand-in knows, read from its journal."""
        return Simulator(self.folder / "tango" / "simulator.jsonl")

    def placed(self) -> list[str]:
        """The line references of all orders, in the order of placing."""
        simulator = self.tango()
        try:
            return [
                line["externalRefLineItemID"] for order in simulator.orders() for line in order.order["lineItems"]
            ]
        finally:
            simulator.close()

    def calls(self, method: str) -> int:
        """How many requests of this method there were."""
        simulator = self.tango()
        try:
            return sum(seen.method == method and "asyncOrders" in seen.path for seen in simulator.requests)
        finally:
            simulator.close()

    def statuses(self) -> list[str]:
        """The statuses of results.csv."""
        path = self.folder / "reports" / "q4" / "results.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row["Status"] for row in csv.DictReader(file)]


@contextmanager
def site(folder: Path, *faults: dict[str, Any], timeout: float = 30, more: str = "") -> Iterator[Site]:
    """A site whose stand-in is open; what was started is killed at the end."""
    made = Site(folder, timeout=timeout, more=more)
    made.open(*faults)
    try:
        yield made
    finally:
        made.close()
        for run in made.runs:
            run.close()


def until(condition: Callable[[], bool], every: float = 0.02) -> None:
    """Wait for what must happen; a look that costs much is made less often."""
    latest = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < latest, "it did not happen"
        time.sleep(every)


def suicidal(point: int) -> str:
    """The command that kills itself at its `point`-th place."""
    return f"import {__name__} as place; place.suicide({point})"


def briefly(lease: float = 1.0) -> str:
    """The command, whose claims have a lease of so many seconds."""
    return f"from campaign_runner.ledger import claims; claims.LEASE = {lease}; {COMMAND}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def suicide(at: int) -> None:
    """The life of `suicidal`."""
    from campaign_runner.entrypoints.cli import main
    from tests.reliability.crashes import Bomb

    class Suicide(Bomb):
        def tick(self, point: str) -> None:
            self.seen.append(point)
            if len(self.seen) == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    with Suicide(at).armed():
        main()
