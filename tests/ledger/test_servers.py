"""A ledger on a server is shared: nobody is kept waiting by one who plans, opens it, or has stopped."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import event, text

from campaign_runner.ledger import open_ledger, pauses, plans, store
from campaign_runner.model.errors import StateError
from tests.ledger.ledgers import line, planned
from tests.ledger.older_ledgers import OLDER


def statements_of_a_long_plan(ledger, monkeypatch):
    """What is said to the database while a plan is written that is long enough for other ways with indexes."""
    monkeypatch.setattr(plans, "BULK", 1)
    seen: list[str] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    planned(ledger, (line(1), line(2)), (line(3),))
    return [statement for statement in seen if "INDEX" in statement]


def test_indexes_are_dropped_for_a_long_plan_in_a_file_and_never_on_a_server(tmp_path, server, monkeypatch):
    with open_ledger(tmp_path) as ledger:
        assert any("DROP" in statement for statement in statements_of_a_long_plan(ledger, monkeypatch))
    url = server.database().replace("postgresql:", "postgresql+psycopg:")
    with open_ledger(tmp_path / "other", url) as ledger:
        assert statements_of_a_long_plan(ledger, monkeypatch) == []


def test_a_ledger_is_opened_while_another_program_writes_a_long_time(tmp_path, monkeypatch):
    with open_ledger(tmp_path) as ledger:
        planned(ledger, (line(1),))
    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    writer = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with open_ledger(tmp_path) as ledger, ledger.read() as connection:
        assert pauses.of(connection, 1) == pauses.Pause()
        with pytest.raises(StateError, match="locked"), ledger.write("a test"):
            pass
    writer.close()


def test_whoever_has_the_end_of_the_log_and_stops_is_cut_off(tmp_path, server):
    url = server.database().replace("postgresql:", "postgresql+psycopg:")
    limit = text("SELECT current_setting('idle_in_transaction_session_timeout')")
    with open_ledger(tmp_path, url) as ledger:
        planned(ledger, (line(1),))
        with ledger.write("a test") as connection:
            pauses.halt(connection, 1, "why", "2026-11-27T09:00:00.000+00:00")
            assert connection.execute(limit).scalar() == "8s"
        with ledger.hold("simulator-q4"), ledger.write("a test", silent_seconds=60) as connection:
            pauses.resume(connection, 1, "2026-11-27T09:00:00.000+00:00")
            assert connection.execute(limit).scalar() == "1min"
        with ledger.read() as connection:
            assert connection.execute(limit).scalar() == "0"


def test_a_ledger_of_version_2_is_held_halted_and_resumed_as_any_other(tmp_path):
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript((OLDER / "version-2.sql").read_text("utf-8"))
    with open_ledger(tmp_path) as ledger, ledger.hold("simulator-q4"), ledger.write("a test") as connection:
        pauses.halt(connection, 1, "why", "2026-11-27T09:00:00.000+00:00")
        assert pauses.of(connection, 1).holds(0)
        assert pauses.resume(connection, 1, "2026-11-27T09:00:01.000+00:00")
