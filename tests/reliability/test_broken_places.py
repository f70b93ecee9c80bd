"""A ledger that is locked, damaged, gone, too new, or on a full disk: said in plain words, never replaced, never worse."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from sqlalchemy import text

from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger import migrations, open_ledger, schema
from campaign_runner.ledger.database_errors import translated
from campaign_runner.model.errors import StateError
from tests.forked import COMMAND
from tests.reliability.killed import finished
from tests.reliability.processes import ROWS, site

LEDGER = "ledger.sqlite"
IMPATIENT = "from campaign_runner.ledger import store; store.BUSY_SECONDS = 0; "


def test_a_ledger_that_another_program_locks_is_said_to_be_locked(tmp_path):
    with site(tmp_path) as office:
        office.run()
        with sqlite3.connect(tmp_path / "state" / LEDGER, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            code, said = office.run(IMPATIENT + COMMAND)
        assert (code, "is locked by another program" in said) == (2, True)
        finished(office)


@pytest.mark.parametrize("damage", [b"This is not a database." * 400, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_ledger_is_left_as_it_is(tmp_path, damage):
    with site(tmp_path) as office:
        office.run()
        for path in (tmp_path / "state").glob("ledger.sqlite*"):
            path.unlink()
        (tmp_path / "state" / LEDGER).write_bytes(damage)
        code, said = office.run()
        assert (code, "is damaged and was not changed" in said) == (2, True), said
        assert (tmp_path / "state" / LEDGER).read_bytes() == damage
        assert len(office.placed()) == len(ROWS)


def test_a_ledger_cut_short_is_damaged(tmp_path):
    with site(tmp_path) as office:
        office.run()
        ledger = tmp_path / "state" / LEDGER
        whole = ledger.read_bytes()
        ledger.write_bytes(whole[: len(whole) // 2])
        code, said = office.run()
        assert (code, "damaged" in said) == (2, True), said
        ledger.write_bytes(whole)
        finished(office)


@pytest.mark.parametrize("how", ["emptied", "deleted"])
def test_a_ledger_that_is_gone_is_not_begun_anew(tmp_path, how):
    with site(tmp_path) as office:
        office.run()
        for path in (tmp_path / "state").glob("ledger.sqlite*"):
            path.unlink()
        if how == "emptied":
            (tmp_path / "state" / LEDGER).touch()
        office.write(*ROWS, "7,EMAIL,P7,Roe,p7@example.com,U561593,17")
        code, said = office.run()
        assert (code, "campaign-runner recover FILE" in said) == (2, True), said
        assert len(office.placed()) == len(ROWS)


def test_a_lost_ledger_is_recovered_and_the_longer_file_sends_what_is_new(office):
    row = "{0},EMAIL,P{0},Roe,p{0}@example.com,,U561593,2{0}"
    office.run(office.file(*(row.format(n) for n in range(3))))
    shutil.rmtree(office.folder / "state")
    longer = office.file(*(row.format(n) for n in range(1, 5)), name="longer.csv")
    recover_ledger(ReadOptions(longer), office.runtime())
    office.run(longer)
    office.run(office.file(*(row.format(n) for n in range(5)), name="all.csv"))
    assert sorted(line["amount"] for line in office.sent()) == [20, 21, 22, 23, 24]


def test_a_campaign_that_was_only_tried_needs_no_recovery(office):
    office.values["limits"] = {"max_rows": 1}
    path = office.file("1,EMAIL,Ana,Silva,ana@example.com,,U561593,25", "2,EMAIL,Ben,Ng,ben@example.com,,U561593,25")
    for _ in range(2):
        with pytest.raises(Exception, match="max_rows"):
            office.run(path)
    office.values["limits"] = {}
    office.run(path)
    assert len(office.sent()) == 2


def test_whoever_never_waits_gets_everything_placed(office):
    path = office.file("1,EMAIL,Ana,Silva,ana@example.com,,U561593,25")
    office.tango.set_faults([{"kind": "503", "call": "place", "times": 4}])
    for _ in range(4):
        office.run(path, patience=0, max_tries=2)
        office.clock.turn(seconds=90)
    assert office.statuses() == {2: "pending"}


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path):
    with site(tmp_path) as office:
        (tmp_path / "state").write_text("a file where the folder should be", "utf-8")
        code, said = office.run()
        assert (code, "the state folder cannot be made" in said) == (2, True), said
        assert office.calls("POST") == 0


def test_a_ledger_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / LEDGER).mkdir()
    with pytest.raises(StateError, match="cannot be opened"):
        open_ledger(tmp_path)


@pytest.mark.parametrize("kilobytes", [40, 150, 300, 420])
def test_a_full_disk_loses_nothing(tmp_path, kilobytes):
    """No file may grow beyond a limit: as on a full disk, a write fails in the middle of the work."""
    with site(tmp_path) as office:
        code, said = office.run(most_bytes=kilobytes * 1024)
        assert code in (0, 2, 5, 8), said
        assert "Traceback" not in said
        finished(office)


def test_a_report_half_written_leaves_the_one_before(tmp_path):
    killed = (
        "import os, signal; from pathlib import Path; "
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL); "
    )
    with site(tmp_path) as office:
        office.run()
        before = (tmp_path / "reports" / "q4" / "results.csv").read_bytes()
        office.write(*ROWS[:3])
        code, _ = office.run(killed + COMMAND)
        assert code == -9
        assert (tmp_path / "reports" / "q4" / "results.csv").read_bytes() == before
        assert office.run()[0] == 0
        assert len(office.statuses()) == 3


def test_an_older_ledger_is_taken_to_this_version(tmp_path, monkeypatch):
    open_ledger(tmp_path)
    with sqlite3.connect(tmp_path / LEDGER) as file:
        file.execute("UPDATE meta SET version = 0")
    steps = {0: lambda connection: connection.execute(text("CREATE TABLE proof (id INTEGER)"))}
    monkeypatch.setattr(migrations, "MIGRATIONS", {**migrations.MIGRATIONS, **steps})
    with open_ledger(tmp_path) as ledger, ledger.read() as connection:
        assert connection.execute(text("SELECT version FROM meta")).scalar() == schema.VERSION
        assert connection.execute(text("SELECT count(*) FROM proof")).scalar() == 0


def test_a_step_that_fails_leaves_the_older_ledger_as_it_was(tmp_path, monkeypatch):
    open_ledger(tmp_path)
    with sqlite3.connect(tmp_path / LEDGER) as connection:
        connection.execute("UPDATE meta SET version = 0")

    def broken(connection):
        connection.execute(text("CREATE TABLE proof (id INTEGER)"))
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrations, "MIGRATIONS", {0: broken})
    with pytest.raises(RuntimeError):
        open_ledger(tmp_path)
    with sqlite3.connect(tmp_path / LEDGER) as connection:
        assert connection.execute("SELECT version FROM meta").fetchone() == (0,)
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'proof'").fetchall() == []


def test_a_newer_ledger_is_refused_and_left_as_it_is(tmp_path):
    open_ledger(tmp_path)
    with sqlite3.connect(tmp_path / LEDGER) as connection:
        connection.execute(f"UPDATE meta SET version = {schema.VERSION + 1}")
    with pytest.raises(StateError, match="written by a newer campaign-runner"):
        open_ledger(tmp_path)


PAGE = 4096


@pytest.mark.parametrize(("one", "other"), [("meta", "events"), ("batches", "line_items"), ("uploads", "entries")])
def test_a_ledger_with_swapped_pages_is_damaged_and_no_fault_of_the_program(office, one, other):
    office.run(office.file(*(f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,{n}" for n in range(1, 40))))
    path = office.folder / "state" / LEDGER
    with sqlite3.connect(path) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = dict(ledger.execute("SELECT name, rootpage - 1 FROM sqlite_master").fetchall())
    whole = path.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    one, other = roots[one], roots[other]
    pages[one], pages[other] = pages[other], pages[one]
    path.write_bytes(b"".join(pages))
    with pytest.raises(StateError, match="is damaged and was not changed"):
        office.run(office.file(ROWS[0], name="more.csv"))


def test_what_breaks_over_the_rows_of_a_damaged_ledger_is_told_as_damage(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.engine.dispose()
    (tmp_path / LEDGER).write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    with pytest.raises(StateError, match="is damaged and was not changed"), translated(ledger.engine):
        raise ValueError("what stands there is no date")
