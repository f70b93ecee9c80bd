"""Who hands the file in?  A company with a folder, a hand-turned clock and a Tango stand-in over real HTTP.

Each step is a process of its own: it opens the ledger, does its work, and may be killed. One server serves a whole
test process; what lies behind it is new for every seed.
"""

from __future__ import annotations

import csv
import functools
import json
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

from campaign_runner import settings, simulator, validation
from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import CampaignRunnerError, ExitCode, NotNewest, StateError
from campaign_runner.simulator.http_server import Server
from tests.clock import HandClock
from tests.pipeline.decided import release_rows
from tests.reliability.crashes import Bomb, Crash
from tests.reliability.scenario import Scenario, Sheet

Made = TypeVar("Made")
REPORTS = frozenset({"results.csv", "summary.json"})
NOWHERE = "http://127.0.0.1:9/raas/v2"
PATIENCE = 45
TWO_WORDS = 120  # a retry waits until Tango has said twice that a line failed
MEMORY = Path("/dev/shm")


def _read_the_rules_once() -> None:
    """The shipped rule book alone, to save time: a folder of a test's own is read each time."""
    read = validation.load_book
    shipped = functools.cache(read)
    patch.object(validation, "load_book", lambda folder=None: read(folder) if folder else shipped()).start()


_read_the_rules_once()


@functools.cache
def server() -> Server:
    """The server of this process."""
    made = Server(simulator.Simulator())
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return made


class Company:
    """Everything around the campaign of one scenario."""

    def __init__(self, plan: Scenario) -> None:
        self.plan, self.dice, self.url = plan, Random(-1 - plan.seed), ""
        self.sheet = Sheet(list(plan.rows), dice=self.dice)
        self.folder = Path(tempfile.mkdtemp(prefix="company-", dir=MEMORY if MEMORY.is_dir() else None))
        self.clock = HandClock()
        self.tango = simulator.Simulator(clock=self.clock, requests_per_second=1)
        self.tango.set_faults(plan.faults)
        self.crashes: list[str] = []
        self.processes = 0
        self.sent: list[tuple[str, bytes]] = []
        self.freed: Counter[tuple[int, int]] = Counter()
        self.lost = False
        self.set_back: set[int] = set()  # before which requests the clock was set back
        self.offline = False
        self.cautious = plan.cautious
        self.broken: list[str] = []
        self.told: list[str] = []
        self.points: list[list[str]] = []
        self._planned = list(plan.crashes)

    def close(self) -> None:
        """Tidy up."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- steps -----------------------------------------------------------------------------------------------

    def do(self, step: str) -> None:
        """One step of the scenario, repeated until it was not killed."""
        getattr(self, "_" + step.replace(" ", "_"))()

    def run(self, patience: float = PATIENCE) -> Result | None:
        """Hand the file in."""
        path = self.folder / f"q4-{self.sheet.versions}.csv"
        path.write_text(self.sheet.text(), "utf-8")
        wanted = {"canary": self.plan.canary, "max_failure_rate": self.plan.max_failure_rate}
        how: dict[str, Any] = wanted if self.cautious else {"no_canary": True}
        return self.process(lambda: run_file(
            ReadOptions(path), self.runtime(), patience=patience, partial_by_funds=self.plan.partial, **how
        ))  # fmt: skip

    def process(self, work: Callable[[], Made]) -> Made | None:
        """A process that may be killed, and is started again some time later until it is not."""
        for _ in range(8):
            bomb = Bomb((self._planned.pop(0) or None) if self._planned else None)
            server().simulator = self.tango
            self.processes += 1
            try:
                with bomb.armed():
                    return work()
            except Crash:
                self.crashes.append(bomb.hit)
                self.clock.turn(seconds=self.dice.choice([0, 1, 20, 70, 600]))
            except (StateError, NotNewest):
                raise
            except CampaignRunnerError as refused:
                self.told.append(str(refused))
                return None
            finally:
                self.sent += bomb.sent
                self.points.append(bomb.seen)
        return None

    def runtime(self) -> Runtime:
        known = settings.Settings(**self.plan.settings(NOWHERE if self.offline else server().base_url))
        return Runtime(
            known, self.folder / "state", self.folder / "reports", settings.credentials(known, {}), clock=self.clock,
            workers=1, only=REPORTS,
        )  # fmt: skip

    def _run(self) -> None:
        self.run()

    def _run_without_waiting(self) -> None:
        self.run(patience=0)

    def _edit(self) -> None:
        self.sheet.edit()
        self.run()

    def _retry(self) -> None:
        self.process(lambda: retry_failed(self.runtime(), patience=TWO_WORDS))

    def _track(self) -> None:
        self.process(lambda: track_campaign(self.runtime(), patience=PATIENCE))

    def _track_once(self) -> None:
        self.process(lambda: track_campaign(self.runtime()))

    def _reports(self) -> None:
        self.process(lambda: report_campaign(self.runtime()))

    def _release(self) -> None:
        """Let some of the held rows go; a killed release is made again."""
        held = [row for row in self.results() if row["Status"] == "held"]
        chosen = self.dice.sample(held, self.dice.randint(1, len(held))) if held else []
        if not chosen:
            return
        for row in chosen:
            self.freed[int(row["First name"][1:]), int(row["Amount"])] += 1
        self.process(lambda: release_rows(self.runtime(), [int(row["Row"]) for row in chosen], "agreed"))
        self.run()

    def _lose(self) -> None:
        """The state folder is gone; the file that was handed in last is recovered, then run."""
        self.clock.turn(seconds=5)
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        self.lost = True
        path = self.folder / f"q4-{self.sheet.versions}.csv"
        for _ in range(50):
            path.write_text(self.sheet.text(), "utf-8")
            if self.process(lambda: recover_ledger(ReadOptions(path), self.runtime())):
                break
            self.clock.turn(seconds=90)
        else:
            self.broken.append("recover never ended")
        self.run()

    def _lose_and_edit(self) -> None:
        self.sheet.edit()
        self._lose()

    def _back(self) -> None:
        self.set_back.add(len(self.tango.requests))
        self.clock.turn(seconds=-self.dice.choice([1, 59, 3600, 86_400]))
        self.run()

    def _forth(self) -> None:
        self.clock.turn(seconds=self.dice.choice([1, 59, 3600, 86_400]))
        self.run()

    def _offline(self) -> None:
        self.offline = True
        self.run()
        self.offline = False

    def _mend(self) -> None:
        self.tango.change(accounts={"sim-poor": {"cents": 1_000_000}})
        self.run()

    # ---- what came of it -------------------------------------------------------------------------------------

    def finish(self) -> Result | None:
        """Tango is well again, the account is funded, nobody asks for a canary: now the command must come to its end."""
        self.tango.set_faults([])
        self.tango.change(accounts={"sim-poor": {"cents": 1_000_000}})
        self.cautious = False
        before: tuple[Any, ...] = ()
        if not self.plan.patient:
            self._finish_without_waiting()
        for _ in range(12):
            result = self.run(patience=120)
            now = (len(self.sent), [row["Status"] for row in self.results()])
            if result and (result.exit_code in (ExitCode.DONE, ExitCode.NEEDS_ACTION) or now == before):
                return result
            before = now
            self.clock.turn(seconds=130)
        self.broken.append(f"the run does not end: {before}")
        return None

    def _finish_without_waiting(self) -> None:
        """Whoever never waits gets everything placed all the same: nothing is left unsent, and doubts are settled."""
        for _ in range(5):
            self.run(patience=0)
            self.clock.turn(seconds=130)
        placed = {reference for order in self.tango.orders() for reference in self.tango.statuses(order.reference)}
        left = [row for row in self.results() if row["Status"] in ("unsent", "unknown")]
        if left := [row for row in left if row["externalRefLineItemID"] not in placed]:
            self.broken.append(f"`run --wait 0` leaves {len(left)} rows {left[0]['Status']}")

    def results(self) -> list[dict[str, str]]:
        """results.csv as it is."""
        path = self.folder / "reports" / "q4" / "results.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def summary(self) -> dict[str, Any]:
        """summary.json as it is."""
        content: dict[str, Any] = json.loads((self.folder / "reports" / "q4" / "summary.json").read_text("utf-8"))
        return content
