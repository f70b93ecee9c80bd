"""Whoever may not write into a ledger can still read it: status, verification, explanations, reports elsewhere."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from campaign_runner.app.audit import export_log, verify_log
from campaign_runner.app.explain import explain_row
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.status import campaign_status
from campaign_runner.model.errors import StateError
from tests.ledger.older_ledgers import OLDER
from tests.pipeline.people import ANA, BEN

pytestmark = pytest.mark.usefixtures("every_report")

NOBODY = 65_534


def as_nobody(ask: Callable[[], object]) -> Any:
    """The answer of another account of this machine, in a process of its own."""
    if os.geteuid() != 0:
        return ask()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            os.write(writing, orjson.dumps(ask()))
        except BaseException as error:
            os.write(writing, orjson.dumps(f"{type(error).__name__}: {error}"))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = orjson.loads(pipe.read())
    os.waitpid(child, 0)
    return told


@pytest.fixture
def closed(office) -> Iterator[Path]:
    """The folder of a ledger that was run and closed, which others may read, and not write; the reports go elsewhere."""
    office.run(office.file(ANA, BEN))
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(office.folder / "state", folder / "state")
    read_only(folder)
    yield folder / "state"
    shutil.rmtree(folder)


def read_only(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)


def contents(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def counts(state: Path) -> object:
    return {str(status): lines for status, lines in campaign_status(state)[0].lines.items()}


def test_the_status_and_the_log_of_a_read_only_ledger_are_read(closed):
    before = contents(closed)
    assert as_nobody(lambda: counts(closed)) == {"completed": 2}
    assert as_nobody(lambda: verify_log(closed).whole) is True
    assert as_nobody(lambda: len(list(export_log(closed)))) == verify_log(closed).events
    assert contents(closed) == before


def test_a_row_is_explained_and_reports_are_written_elsewhere(office, closed):
    runtime = office.runtime()
    runtime = replace(runtime, state=closed, reports=Path(tempfile.mkdtemp()))
    runtime.reports.chmod(0o777)
    assert explain_row(runtime, "2").status == "completed"
    before = contents(closed)
    assert as_nobody(lambda: explain_row(runtime, "2").status) == "completed"
    assert as_nobody(lambda: sorted(report_campaign(runtime).reports))[:2] == ["failures.csv", "failures.xlsx"]
    assert contents(closed) == before
    shutil.rmtree(runtime.reports)


def test_one_that_was_left_open_is_read_with_its_newest_pages(closed, tmp_path):
    other = Path(tempfile.mkdtemp()) / "state"
    shutil.copytree(closed, other)
    for path in (*other.rglob("*"), other):
        path.chmod(0o755)
    connection = sqlite3.connect(other / "ledger.sqlite")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("UPDATE campaigns SET account = 'another'")
    connection.commit()
    assert (other / "ledger.sqlite-wal").stat().st_size > 0
    (other / "ledger.sqlite-shm").unlink()
    other.parent.chmod(0o755)
    read_only(other)
    assert as_nobody(lambda: campaign_status(other)[0].account) == "another"
    connection.close()
    shutil.rmtree(other.parent)


def test_an_older_one_is_read_as_one_of_this_version_and_stays_as_it_is(tmp_path):
    folder = Path(tempfile.mkdtemp())
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection:
        connection.executescript((OLDER / "version-2.sql").read_text("utf-8"))
    read_only(folder)
    before = contents(folder)
    assert as_nobody(lambda: counts(folder)) == {"completed": 3, "pending": 6, "unknown": 1, "unsent": 11}
    assert contents(folder) == before
    shutil.rmtree(folder)


def test_without_a_ledger_it_is_said_that_there_is_none():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    told = as_nobody(lambda: counts(folder))
    assert told == f"{StateError.__name__}: {folder}: there is no ledger here, and none can be made. Check --state."
    folder.rmdir()


def test_opening_a_ledger_that_lacks_nothing_writes_nothing(office):
    office.run(office.file(ANA))
    with closing(sqlite3.connect(office.folder / "state" / "ledger.sqlite")) as connection:
        connection.execute("BEGIN IMMEDIATE")  # somebody else is writing
        assert counts(office.folder / "state") == {"completed": 1}


def test_a_key_that_may_not_be_read_is_named(closed):
    (closed / "audit.key").chmod(0o400)
    (name, many) = as_nobody(lambda: next(iter(verify_log(closed).unproven.items())))
    assert (name.split(":")[0], many) == ("folder", verify_log(closed).events)
