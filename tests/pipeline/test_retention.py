"""What [retention] says is erased by itself, each kind in its own time; a purge without options does it at once."""

from __future__ import annotations

import os
import sqlite3

import pytest

from campaign_runner.app.audit import verify_log
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retention import apply_retention
from campaign_runner.ledger import open_ledger, signed_in
from campaign_runner.model.errors import UsageError
from tests.pipeline.people import ANA, BAD, FAILS

pytestmark = pytest.mark.usefixtures("every_report")


@pytest.fixture
def aged(office):
    """Ana was sent, one failed and one was rejected, forty days ago."""
    office.run(office.file(ANA, FAILS, BAD))
    office.clock.turn(days=40)
    return office


def kept(office, **days):
    office.values["retention"] = days
    return office.runtime()


def holds(office, query):
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        return ledger.execute(query).fetchone()[0]


def test_copies_of_files_go_before_the_contents_of_orders(aged):
    assert apply_retention(kept(aged, uploads_days=30)).files == 1
    assert (holds(aged, "SELECT count(*) FROM upload_parts"), holds(aged, "SELECT count(body) FROM batches")) == (
        0,
        1,
    )
    assert verify_log(aged.folder / "state").whole
    apply_retention(kept(aged, uploads_days=30, days=35))
    assert holds(aged, "SELECT count(body) FROM batches") == 0
    assert verify_log(aged.folder / "state").whole
    report_campaign(aged.runtime())
    assert aged.summary()["rows"]["completed"] == 1


def test_what_tango_said_goes_with_the_logs_and_the_log_of_requests_stays_whole(aged):
    with sqlite3.connect(aged.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE attempts SET message = message || ''")
    requests = holds(aged, "SELECT count(*) FROM attempts")
    apply_retention(kept(aged, logs_days=30))
    assert holds(aged, "SELECT count(*) FROM attempts WHERE message <> ''") == 0
    assert holds(aged, "SELECT count(*) FROM attempts") == requests
    assert verify_log(aged.folder / "state").whole


def test_failed_sign_ins_are_forgotten_with_the_logs(aged):
    now = aged.clock.now().timestamp()
    with open_ledger(aged.folder / "state").write("test") as connection:
        signed_in.claim_try(connection, {"198.51.100.7": 1}, now - 31 * 86_400)
        signed_in.claim_try(connection, {"198.51.100.8": 1}, now)
    assert apply_retention(kept(aged, logs_days=30)).log_rows == 1


def test_what_is_younger_stays(aged):
    erased = apply_retention(kept(aged, days=41, uploads_days=41, logs_days=41))
    assert (erased.files, erased.orders, erased.log_rows) == (0, 0, 0)


def test_old_copies_of_the_ledger_are_deleted(aged):
    copy = aged.folder / "state" / "ledger-version-2.sqlite"
    copy.write_bytes(b"everybody")
    long_ago = aged.clock.now().timestamp() - 31 * 86_400
    os.utime(copy, (long_ago, long_ago))
    assert apply_retention(kept(aged, days=400), dry_run=True).deleted == (str(copy),)
    assert copy.exists()
    assert apply_retention(kept(aged, days=400)).deleted == (str(copy),)
    assert not copy.exists()


def test_a_purge_without_options_wants_settings(aged):
    with pytest.raises(UsageError, match="is empty"):
        apply_retention(aged.runtime())
