"""What an auditor asks: the chain of events, erasure after the retention time, the bank's view."""

from __future__ import annotations

import sqlite3

import pytest

from campaign_runner.app.all_campaigns import report_all_campaigns
from campaign_runner.app.audit import export_log, verify_log
from campaign_runner.app.purge import Erased, purge_data
from campaign_runner.app.reconcile import reconcile_campaign
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import ExitCode, UsageError
from tests.pipeline.people import ANA, BAD, BEN, FAILS

pytestmark = pytest.mark.usefixtures("every_report")


def test_the_chain_of_events_is_whole_until_somebody_changes_one(office):
    office.run(office.file(ANA))
    assert verify_log(office.folder / "state").broken is None
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        (number,) = ledger.execute("SELECT min(id) FROM events WHERE kind = 'batch moved'").fetchone()
        ledger.execute("UPDATE events SET data = replace(data, 'sending', 'accepted') WHERE id = ?", [number])
    assert verify_log(office.folder / "state").broken == number


def test_the_head_of_the_chain_stands_in_the_summary(office):
    office.run(office.file(ANA))
    assert office.summary()["ledger_head"] == verify_log(office.folder / "state").head


def test_every_event_is_exported_as_a_line_of_json(office):
    office.run(office.file(ANA))
    lines = list(export_log(office.folder / "state"))
    assert len(lines) == verify_log(office.folder / "state").events


def test_personal_data_is_erased_and_the_books_stay(office):
    office.run(office.file(ANA, BAD, FAILS))
    before = office.summary()
    office.clock.turn(days=401)
    erased = purge_data(office.runtime(), 400)
    assert (erased.files, erased.orders) == (1, 1)
    report_campaign(office.runtime())
    after = office.summary()
    assert (after["rows"], after["amounts"]) == (before["rows"], before["amounts"])
    assert "erased on 28 Dec 2027" in " ".join(after["notes"])
    assert b"ana@example.com" not in (office.folder / "state" / "ledger.sqlite").read_bytes()
    assert verify_log(office.folder / "state").broken is None


def test_what_is_open_is_not_erased(office):
    office.run(office.file(ANA), patience=0)
    office.clock.turn(days=401)
    assert purge_data(office.runtime(), 400) == Erased()


def test_a_dry_purge_only_counts_and_today_cannot_be_erased(office):
    office.run(office.file(ANA))
    office.clock.turn(days=2)
    assert purge_data(office.runtime(), 1, dry_run=True).files == 1
    assert purge_data(office.runtime(), 1).files == 1
    with pytest.raises(UsageError, match="at least one day"):
        purge_data(office.runtime(), 0)


def test_a_reward_that_comes_back_later_is_a_correction_with_its_date(office):
    office.run(office.file(ANA.replace("ana@", "sim-comes-back@"), BEN))
    assert office.statuses() == {2: "completed", 3: "completed"}
    office.clock.turn(days=20)
    result = track_campaign(office.runtime())
    assert office.statuses() == {2: "cancelled", 3: "completed"}
    assert result.exit_code is ExitCode.NEEDS_ACTION
    said = "Correction of 2026-12-12: 1 line (25.00 USD) was completed and is cancelled now: row 2."
    assert said in office.summary()["findings"]


def test_the_statement_of_tango_agrees_with_the_books_or_says_where_not(office):
    office.run(office.file(ANA, BEN))
    rows = office.report()
    lines = [f"{row['externalRefLineItemID']},{row['Amount']},USD,COMPLETE,2026-11-22" for row in rows]
    path = office.folder / "history.csv"
    head = "External Ref Line Item ID,Amount,Currency,Status,Created At"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    assert reconcile_campaign(office.runtime(), path).agrees
    path.write_text("\n".join([head, lines[0]]) + "\n", "utf-8")
    assert reconcile_campaign(office.runtime(), path).verdicts["missing"] == 1


def test_finance_reports_can_cover_every_campaign_of_the_ledger(office):
    office.run(office.file(ANA))
    office.values["campaign"] = {"id": "q5"}
    office.run(office.file(BEN))
    written = report_all_campaigns(office.runtime()).reports
    assert written["finance.csv"].read_text("utf-8-sig").count("\n") == 3


def test_state_and_reports_are_readable_by_the_user_alone(office):
    office.run(office.file(ANA))
    for folder in (office.folder / "state", office.folder / "reports" / "q4"):
        for path in [folder, *folder.rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0, path
