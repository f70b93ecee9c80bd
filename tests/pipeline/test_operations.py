"""What whoever runs it at night meets: folders, clocks, locks, and settings of the environment."""

from __future__ import annotations

import re
import shutil
import sqlite3

import pytest

from campaign_runner import settings, simulator
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger import open_ledger, store
from campaign_runner.model.errors import (
    CampaignHeld,
    ExitCode,
    LedgerLost,
    ReportsMissing,
    ReportsUnwritten,
    SettingsError,
)
from campaign_runner.preflight import clock_jumps
from tests.clock import HandClock
from tests.pipeline.conftest import Office

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,,U561593,25"


@pytest.mark.parametrize(("name", "value", "read"), [
    ("LIMITS__MAX_TOTAL", "{ USD = 10 }", {"USD": 10}),
    ("LIMITS__MAX_TOTAL", '{"USD": 10}', {"USD": 10}),
    ("IDENTITY__KEY", '["Employee ID", "Site"]', ("Employee ID", "Site")),
    ("IDENTITY__DUPLICATE_WINDOW_DAYS", "30", 30),
    ("CAMPAIGN__NAME", "{ not a table }", "{ not a table }"),
    ("COLUMNS", '{ "Work email" = "recipient.email" }', {"Work email": "recipient.email"}),
])  # fmt: skip
def test_a_setting_of_the_environment_is_toml_or_json(monkeypatch, name, value, read):
    monkeypatch.setenv(f"CAMPAIGN_RUNNER__{name}", value)
    found = settings.load(None, "q4")
    for part in name.lower().split("__"):
        found = getattr(found, part)
    assert found == read


@pytest.mark.parametrize("value", ["Employee ID", "{ USD = }", "[1, 2"])
def test_a_setting_that_is_neither_is_named_with_how_to_write_it(monkeypatch, value):
    monkeypatch.setenv("CAMPAIGN_RUNNER__IDENTITY__KEY", value)
    with pytest.raises(
        SettingsError, match=r"CAMPAIGN_RUNNER__IDENTITY__KEY: .* neither TOML nor JSON; write it like"
    ):
        settings.load(None, "q4")


def test_whoever_holds_the_campaign_is_named(tmp_path):
    with (
        open_ledger(tmp_path) as ledger, ledger.hold("simulator-q4"), open_ledger(tmp_path) as other,
        pytest.raises(CampaignHeld) as turned_away, other.hold("simulator-q4"),
    ):  # fmt: skip
        pass
    assert re.search(
        r"the campaign q4 \(simulator\), process \d+ on \S+ since \d{4}-\d\d-\d\dT.*`campaign-runner status q4`",
        str(turned_away.value),
    )


def test_a_report_folder_that_cannot_be_made_is_found_before_anything_is_sent(office):
    (office.folder / "reports").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(ReportsUnwritten, match="this folder cannot be made") as refused:
        office.run(office.file(ANA))
    assert (refused.value.exit_code, office.sent()) == (ExitCode.USAGE, [])


def test_reports_that_are_missing_after_the_sending_have_a_code_and_a_sentence_of_their_own(office):
    def lose_the_folder(stage, done, total):
        if stage == "place" and (office.folder / "reports" / "q4").is_dir():
            shutil.rmtree(office.folder / "reports")
            (office.folder / "reports").write_text("a file where the folder was", "utf-8")

    with pytest.raises(
        ReportsMissing, match="2 lines of the campaign q4 are at Tango, and nothing is lost"
    ) as missing:
        run_file(ReadOptions(office.file(ANA, BEN)), office.runtime(), progress=lose_the_folder)
    assert missing.value.exit_code == 8
    assert str(missing.value).endswith("Write them with: campaign-runner reports q4")
    (office.folder / "reports").unlink()
    assert report_campaign(office.runtime()).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_a_ledger_that_goes_away_while_orders_are_placed_is_not_wrong_usage(office, monkeypatch):
    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    held: list[sqlite3.Connection] = []

    def lock_the_ledger(stage, done, total):
        if stage == "place" and not held:
            held.append(sqlite3.connect(office.folder / "state" / "ledger.sqlite", isolation_level=None))
            held[0].execute("BEGIN IMMEDIATE")

    path = office.file(ANA, BEN)
    with pytest.raises(LedgerLost, match="Run the same command again") as lost:
        run_file(ReadOptions(path), office.runtime(batch_size=1), progress=lock_the_ledger)
    assert lost.value.exit_code == 5
    held[0].close()
    office.run(path, batch_size=1)
    assert len(office.sent()) == 2


def test_a_clock_that_was_set_back_is_noticed(office):
    office.run(office.file(ANA))
    office.clock.turn(days=-2)
    result = office.run(office.file(ANA, BEN))
    assert any("but the ledger's newest event is of 2026-11-22" in note for note in result.books.notes)


def test_a_clock_that_differs_from_tangos_is_noticed(tmp_path):
    late = Office(tmp_path)
    late.tango = simulator.Simulator(
        tmp_path / "t.jsonl", clock=HandClock("2026-11-22T10:00:00"), requests_per_second=0
    )
    with simulator.serve(late.tango) as late.base_url:
        result = late.run(late.file(ANA), patience=0)
    assert any("Tango's servers say 2026-11-22 10:00 UTC" in note for note in result.books.notes)


@pytest.mark.parametrize(
    "header", ["", "yesterday", "Fri, 99 Nov 2026 09:00:00 GMT", "Sun, 22 Nov 2026 09:04:00 GMT"]
)
def test_a_date_that_says_nothing_is_no_jump(header):
    assert list(clock_jumps.against_tango(HandClock().now(), header)) == []


def test_a_year_without_an_event_is_told():
    (sentence,) = clock_jumps.against_ledger(HandClock().now(), "2025-01-02T09:00:00.000+00:00")
    assert "689 days after the ledger's newest event (2025-01-02 09:00 UTC)" in sentence


@pytest.mark.parametrize(("url", "why"), [
    ("postgresql+psycopg://tester@no-such-host.invalid/ledger", "there is no host of that name"),
    ("postgresql+psycopg://tester@127.0.0.1:1/ledger", "Check the address and that the database runs"),
])  # fmt: skip
def test_a_database_that_cannot_be_reached_says_why(tmp_path, url, why):
    with pytest.raises(Exception, match=why) as error:
        open_ledger(tmp_path, url)
    assert type(error.value).__name__ == "StateError"
