"""How do workers bear kills?  `make soak-workers`: workers and the database are killed, frozen and cut off, again and
again, while campaigns are sent; at the end each line is at Tango once, and the log is whole.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text

from campaign_runner import simulator
from campaign_runner.ledger import events
from campaign_runner.ledger.claims import LEASE
from campaign_runner.ledger.verification import differences
from campaign_runner.model.errors import StateError
from tests.reliability.postgresql import Server, programs, serving
from tests.workers import partition
from tests.workers.company import Company
from tests.workers.partition import HERE, Machine

WORKERS, QUOTA = 4, 50.0
# How long a strike waits for a worker to have work in hand.
PATIENCE = 30.0


class Chaos:
    """What strikes, drawn from a seed; `struck` counts it, `takeovers` are seconds until somebody else has the work."""

    def __init__(
        self, company: Company, server: Server, seed: int, machine: Machine | None, only: str = "", workers: int = WORKERS
    ) -> None:  # fmt: skip
        self.company, self.server, self.random, self.workers = company, server, random.Random(seed), workers
        self.machine, self.only, self.far = machine, only, None if machine is None else self._start_far(machine)
        self.struck, self.takeovers = Counter[str](), list[float]()

    def strike(self) -> None:
        """One more thing goes wrong."""
        kinds: list[tuple[Callable[[], None], int]] = [
            (self.kill, 60), (self.freeze, 20), (self.terminate_backends, 15), (self.kill_database, 10),
            *([(self.partition, 20)] if self.machine else []),
        ]  # fmt: skip
        kinds = [kind for kind in kinds if self.only in ("", kind[0].__name__)]
        (chosen,) = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
        self.struck[chosen.__name__] += 1
        chosen()
        self.company.workers = [one for one in self.company.workers if one.poll() is None]
        while len(self.company.workers) < self.workers:
            self.company.start()
        if self.machine and self.far not in self.company.workers:
            self.far = self._start_far(self.machine)

    def partition(self) -> None:
        """The link between a worker's machine and the database goes down for longer than a lease, and comes back."""
        assert self.machine
        assert self.far
        began, held = time.monotonic(), False
        while not held and time.monotonic() - began < PATIENCE:  # it strikes who has work in hand
            before = self._fences()
            held = any(f"process {self.far.pid} " in f"{holder} " for _, holder in before.values())
            time.sleep(0.1)
        self.machine.cut()
        self._measure(before, self.far.pid)
        time.sleep(self.random.uniform(LEASE, 3 * LEASE))
        self.machine.mend()

    def _start_far(self, machine: Machine) -> subprocess.Popen[bytes]:
        url = self.company.url.replace("@127.0.0.1:", f"@{HERE}:")
        return self.company.start_behind(machine.inside(), CAMPAIGN_RUNNER__LEDGER__URL=url)

    def kill(self) -> None:
        """kill -9 of a worker; measures how long its campaigns are nobody's."""
        before = self._fences()
        worker = self.random.choice(self.company.workers)
        worker.kill()
        worker.wait()
        self._measure(before, worker.pid)

    def freeze(self) -> None:
        """SIGSTOP for longer than a lease, then SIGCONT."""
        worker = self.random.choice(self.company.workers)
        os.kill(worker.pid, signal.SIGSTOP)
        time.sleep(LEASE + 3)
        os.kill(worker.pid, signal.SIGCONT)

    def terminate_backends(self) -> None:
        """Every connection of everybody is cut."""
        with suppress(StateError), self.company.workspace.ledger().read() as connection:
            connection.execute(text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            ))  # fmt: skip

    def kill_database(self) -> None:
        """The server dies at once, and comes back at once or after some seconds."""
        self.server.stop()
        time.sleep(self.random.choice([0, 0, 5, 20]))
        self.server.start()

    def _fences(self) -> dict[str, tuple[int, str]]:
        try:
            with self.company.workspace.ledger().read() as connection:
                rows = connection.execute(text("SELECT name, fence, holder FROM claims")).all()
        except StateError:
            return {}
        return {name: (fence, holder) for name, fence, holder in rows}

    def _measure(self, before: dict[str, tuple[int, str]], pid: int) -> None:
        held = {name: fence for name, (fence, holder) in before.items() if f"process {pid} " in f"{holder} "}
        began = time.monotonic()
        while held and time.monotonic() - began < 30:
            now = self._fences()
            held = {name: fence for name, fence in held.items() if name in now and now[name][0] == fence}
            if not held:
                self.takeovers.append(time.monotonic() - began)
            time.sleep(0.1)


def main() -> int:
    """Returns 1 where a promise was broken."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--campaigns", type=int, default=20)
    asked.add_argument("--batches", type=int, default=500, help="orders in each campaign, of five lines")
    asked.add_argument("--strikes", type=int, default=110)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--workers", type=int, default=WORKERS, help="besides the one whose link is cut")
    asked.add_argument(
        "--only", default="", help="kill, freeze, terminate_backends, kill_database or partition alone"
    )
    options = asked.parse_args()
    bin_ = programs()
    if bin_ is None:
        print("There is no PostgreSQL on this machine.", file=sys.stderr)
        return 2
    can_part = partition.is_possible()
    if not can_part:
        print("No link can be cut here: that needs root and `ip netns`.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name, serving(bin_, partition.NETWORK if can_part else "") as server:
        tango = simulator.Simulator(Path(name) / "tango.jsonl", requests_per_second=QUOTA)
        with simulator.serve(tango) as base_url:
            company = Company(Path(name), server.database(), base_url, tango, lines=5 * options.batches, pace=QUOTA)
            machine = Machine(Path(name), urlsplit(base_url).port or 0) if can_part else None
            try:
                return _play(company, server, options, machine)
            finally:
                company.close()
                if machine:
                    machine.close()


def _play(company: Company, server: Server, options: argparse.Namespace, machine: Machine | None) -> int:
    names = [f"c{number}" for number in range(options.campaigns)]
    for _ in range(options.workers):
        company.start()
    began = time.monotonic()
    for name, submission in [(name, company.campaign(name)) for name in names]:
        company.send(name, submission)
    chaos = Chaos(company, server, options.seed, machine, options.only, options.workers)
    while sum(chaos.struck.values()) < options.strikes and not _finished(company, names):
        chaos.strike()
        time.sleep(chaos.random.uniform(1, 4))
    while not _finished(company, names):
        time.sleep(1)
    return _tell(company, chaos, names, time.monotonic() - began)


def _finished(company: Company, names: list[str]) -> bool:
    try:
        return all(company.state(name) == "finished" for name in names)
    except StateError:
        return False


def _tell(company: Company, chaos: Chaos, names: list[str], seconds: float) -> int:
    sent, wanted = Counter(company.sent()), Counter(company.everybody(*names))
    bodies: dict[str, set[bytes]] = {}
    for order in company.tango.orders():
        bodies.setdefault(order.reference, set()).add(order.body)
    per_second = Counter(int(seen[0]) for seen in company.tango.requests)
    with company.workspace.ledger().read() as connection:
        broken, apart = events.first_broken(connection), list(differences(connection))
    wrong = {
        "lost lines": sum((wanted - sent).values()), "lines sent twice": sum((sent - wanted).values()),
        "references with two bodies": sum(len(each) > 1 for each in bodies.values()),
        "broken chains": int(broken is not None), "differences to the log": len(apart),
        "seconds above the quota": sum(number > QUOTA + 1 for number in per_second.values()),
        "takeovers of more than ten seconds": sum(one > 10 for one in chaos.takeovers),
    }  # fmt: skip
    takeovers = sorted(chaos.takeovers)
    middle = takeovers[len(takeovers) // 2] if takeovers else 0.0
    print(f"{sum(wanted.values()):,} lines in {len(bodies):,} orders of {len(names)} campaigns, {seconds:.0f} s; struck: "
          f"{dict(chaos.struck)}")  # fmt: skip
    print(f"{len(takeovers)} takeovers: median {middle:.1f} s, longest {max(takeovers, default=0):.1f} s")
    print(*(f"{what}: {number}" for what, number in wrong.items()), *apart[:5], sep="\n")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
