"""Workers of several machines on one PostgreSQL: whatever is killed, each line is sent once and none is forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from campaign_runner import simulator
from campaign_runner.app import drive
from campaign_runner.app.campaigns import campaign_view, create_campaign
from campaign_runner.app.submissions import submit_file
from campaign_runner.app.workspace import Workspace, open_workspace
from campaign_runner.ledger import submissions
from campaign_runner.ledger.submissions import Sending
from campaign_runner.model.actor import Actor
from tests.reliability.postgresql import Server, programs, serving
from tests.reliability.processes import until

PROGRAMS = programs()
pytestmark = [pytest.mark.no_cover, pytest.mark.skipif(PROGRAMS is None, reason="no PostgreSQL on this machine")]
ANA = Actor("ana@example.com", "local", "session")
LINES = 40


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    assert PROGRAMS is not None
    with serving(PROGRAMS) as server:
        yield server


class Company:
    """A ledger on PostgreSQL, a stand-in over HTTP, and workers that are started and killed."""

    def __init__(self, folder: Path, url: str, base_url: str, tango: simulator.Simulator) -> None:
        self.folder, self.tango, self.workers = folder, tango, list[subprocess.Popen[bytes]]()
        tango_settings = f'[tango]\nbase_url = "{base_url}"\nrequests_per_second = 0\nbatch_size = 5\n'
        (folder / "workspace.toml").write_text(f'[ledger]\nurl = "{url}"\n{tango_settings}', "utf-8")
        self._open = open_workspace(folder / "workspace.toml", folder / "state")
        self.workspace: Workspace = self._open.__enter__()

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self._open.__exit__(None, None, None)

    def start(self) -> subprocess.Popen[bytes]:
        """A worker on a machine of its own: with a state folder that nobody else has."""
        state = self.folder / f"machine{len(self.workers)}"
        words = ["worker", "--quiet", "--config", "workspace.toml", "--state", str(state)]
        self.workers.append(subprocess.Popen([sys.executable, "-m", "campaign_runner", *words], cwd=self.folder))
        return self.workers[-1]

    def campaign(self, name: str) -> int:
        create_campaign(self.workspace, ANA, {"id": name})
        rows = [f"EMAIL,Ana,Silva,{name}.{n}@example.com,U561593,25" for n in range(LINES)]
        path = self.folder / f"{name}.csv"
        path.write_text("\n".join(["Method,First name,Last name,E-mail,UTID,Amount", *rows]) + "\n", "utf-8")
        return submit_file(self.workspace, self.workspace.key_of(name), path, path.name, ANA, "page").id

    def send(self, name: str, submission: int) -> None:
        until(lambda: self.state(name) == "ready")
        with self.workspace.ledger().read() as connection:
            check = submissions.check_of(connection, submission)
        assert check is not None
        wish = Sending(submission, check.plan, ANA, self.workspace.at(), {})
        drive.want_driven(self.workspace, self.workspace.key_of(name), wish)

    def state(self, name: str) -> str:
        return str(campaign_view(self.workspace, name)["state"])

    def sent(self) -> list[str]:
        """The e-mail address of every line that the stand-in has."""
        orders: list[Any] = [orjson.loads(order.body) for order in self.tango.orders()]
        return sorted(line["recipient"]["email"] for order in orders for line in order["lineItems"])


@pytest.fixture
def company(server: Server, tmp_path: Path) -> Iterator[Company]:
    tango = simulator.Simulator(tmp_path / "tango.jsonl", requests_per_second=0)
    with simulator.serve(tango) as base_url:
        company = Company(tmp_path, server.database(), base_url, tango)
        try:
            yield company
        finally:
            company.close()


def everybody(*names: str) -> list[str]:
    return sorted(f"{name}.{n}@example.com" for name in names for n in range(LINES))


def test_a_worker_that_is_killed_is_replaced_by_another_and_nobody_is_rewarded_twice(company):
    first, second = company.start(), company.start()
    company.send("q4", company.campaign("q4"))
    until(lambda: len(list(company.tango.orders())) >= 2)
    first.kill()
    until(lambda: company.state("q4") == "finished")
    assert company.sent() == everybody("q4")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0


def test_what_an_operator_deletes_from_the_engine_comes_again_from_the_ledger(company):
    submission = company.campaign("q4")
    worker = company.start()
    company.send("q4", submission)
    with company.workspace.ledger().write("test") as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
    until(lambda: company.state("q4") == "finished")
    assert company.sent() == everybody("q4")
    assert worker.poll() is None


def test_workers_outlive_the_loss_of_the_database(company, server):
    worker = company.start()
    company.send("q4", company.campaign("q4"))
    until(lambda: len(list(company.tango.orders())) >= 1)
    server.stop()
    assert worker.poll() is None
    server.start()
    until(lambda: company.state("q4") == "finished")
    assert worker.poll() is None
    assert company.sent() == everybody("q4")


def test_a_frozen_worker_changes_nothing_when_it_wakes(company):
    first = company.start()
    company.send("q4", company.campaign("q4"))
    until(lambda: len(list(company.tango.orders())) >= 2)
    os.kill(first.pid, signal.SIGSTOP)
    company.start()
    until(lambda: company.state("q4") == "finished")
    os.kill(first.pid, signal.SIGCONT)
    assert first.poll() is None
    assert company.sent() == everybody("q4")
