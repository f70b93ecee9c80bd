"""Workers of several machines on one PostgreSQL: whatever is killed, each line is sent once and none is forgotten."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from campaign_runner import simulator
from tests.reliability.postgresql import Server, as_nobody
from tests.reliability.processes import free_port, until
from tests.workers.company import Company

pytestmark = pytest.mark.no_cover


@pytest.fixture
def company(server: Server, tmp_path: Path) -> Iterator[Company]:
    tango = simulator.Simulator(tmp_path / "tango.jsonl", requests_per_second=0)
    with simulator.serve(tango) as base_url:
        company = Company(tmp_path, server.database(), base_url, tango)
        try:
            yield company
        finally:
            company.close()


def test_a_worker_that_is_killed_is_replaced_by_another_and_nobody_is_rewarded_twice(company):
    first, second = company.start(), company.start()
    company.send("q4", company.campaign("q4"))
    until(lambda: len(list(company.tango.orders())) >= 2)
    first.kill()
    company.comes_to("finished", "q4")
    assert company.sent() == company.everybody("q4")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0


def test_what_an_operator_deletes_from_the_engine_comes_again_from_the_ledger(company):
    submission = company.campaign("q4")
    worker = company.start()
    company.send("q4", submission)
    with company.workspace.ledger().write("test") as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
    company.comes_to("finished", "q4")
    assert company.sent() == company.everybody("q4")
    assert worker.poll() is None


def test_workers_outlive_the_loss_of_the_database(company, server):
    worker = company.start()
    company.send("q4", company.campaign("q4"))
    until(lambda: len(list(company.tango.orders())) >= 1)
    server.stop()
    assert worker.poll() is None
    server.start()
    company.comes_to("finished", "q4")
    assert worker.poll() is None
    assert company.sent() == company.everybody("q4")


def test_a_frozen_worker_changes_nothing_when_it_wakes(company):
    first = company.start()
    company.send("q4", company.campaign("q4"))
    until(lambda: len(list(company.tango.orders())) >= 2)
    os.kill(first.pid, signal.SIGSTOP)
    company.start()
    company.comes_to("finished", "q4")
    os.kill(first.pid, signal.SIGCONT)
    assert first.poll() is None
    assert company.sent() == company.everybody("q4")


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def pooled(url: str, folder: Path) -> Iterator[str]:
    """The address of the same database behind a pooler that gives each transaction another connection."""
    port, address = free_port(), make_url(url)
    lines = f"""[databases]
{address.database} = host=127.0.0.1 port={address.port} user={address.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
unix_socket_dir =
pool_mode = transaction
default_pool_size = 6
"""
    (folder / "pgbouncer.ini").write_text(lines, "utf-8")
    for path in (*folder.parents, folder, folder / "pgbouncer.ini"):
        if path.is_relative_to(Path(tempfile.gettempdir())) and path != Path(tempfile.gettempdir()):
            path.chmod(path.stat().st_mode | 0o055)
    with subprocess.Popen([*as_nobody(), "pgbouncer", "-q", str(folder / "pgbouncer.ini")]) as process:
        try:
            until(lambda: answers(port))
            yield address.set(port=port).render_as_string()
        finally:
            process.terminate()


@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="no pgbouncer on this machine")
def test_a_pooler_in_transaction_mode_is_no_hindrance(server, tmp_path):
    tango = simulator.Simulator(tmp_path / "tango.jsonl", requests_per_second=0)
    with simulator.serve(tango) as base_url, pooled(server.database(), tmp_path) as url:
        company = Company(tmp_path, url, base_url, tango)
        try:
            company.start()
            company.send("q4", company.campaign("q4"))
            company.comes_to("finished", "q4")
            assert company.sent() == company.everybody("q4")
        finally:
            company.close()
