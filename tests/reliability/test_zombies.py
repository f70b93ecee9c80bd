"""A run that was stopped, or cut off from its ledger, and goes on later: another took over, and it does nothing more."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.reliability.killed import SLOW, finished, nobody_twice_and_nobody_forgotten, silent
from tests.reliability.processes import LONG, briefly, site, until


@pytest.fixture
def shared(server):
    """The settings that name an empty ledger on PostgreSQL, and its address."""
    url = server.database()
    return f'[ledger]\nurl = "{url}"\n', url


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_run_that_was_stopped_for_longer_than_its_lease_changes_nothing_any_more(tmp_path, request, database):
    more = request.getfixturevalue("shared")[0] if database == "postgresql" else ""
    with site(tmp_path, {**SLOW, "seconds": 10, "call": "place", "times": 4}, more=more) as office:
        zombie = office.start(briefly())
        until(lambda: office.calls("POST") >= 4)  # all of them: none is on its way between claim and network
        until(lambda: is_stopped_between_writes(zombie, tmp_path / "state" / "ledger.sqlite"))
        until(lambda: office.run(briefly())[0] == 0)
        nobody_twice_and_nobody_forgotten(office)
        posts, (code, before) = office.calls("POST"), office.ask("status", "q4")
        zombie.send_signal(signal.SIGCONT)
        _, said = zombie.communicate(LONG)
        assert (zombie.returncode, "lost its claim" in said, "Traceback" in said) == (7, True, False), said
        assert (office.calls("POST"), office.ask("status", "q4")) == (posts, (code, before))
        assert office.ask("audit", "verify")[0] == 0
        finished(office)


def test_of_two_runs_whose_connections_are_cut_again_and_again_one_works_at_a_time(tmp_path, shared):
    with site(tmp_path, {**SLOW, "call": "place", "nth": 2}, timeout=LONG, more=shared[0]) as office:
        first = office.start()
        until(lambda: office.calls("POST") >= 2)
        cut_all(shared[1])
        with silent(office):
            code, said = office.run()
        assert (code, "Another run holds the campaign" in said) == (7, True), said
        cut_all(shared[1])
        _, said = first.communicate(LONG)
        assert (first.returncode in (0, 5), "Traceback" in said) == (True, False), said
        finished(office)


def is_stopped_between_writes(program, ledger):
    """Stop it; who was stopped in the middle of a write has the file locked for all: then it goes on for a while."""
    program.send_signal(signal.SIGSTOP)
    until(lambda: Path(f"/proc/{program.pid}/stat").read_text().rpartition(") ")[2][0] == "T")
    if not ledger.exists():
        return True
    with closing(sqlite3.connect(ledger, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            program.send_signal(signal.SIGCONT)
            return False
    return True


def cut_all(address):
    """Terminate every backend of a database but this one."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                           " WHERE pid != pg_backend_pid() AND datname = current_database()")  # fmt: skip
