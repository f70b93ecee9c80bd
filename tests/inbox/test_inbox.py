"""Files come by themselves: each is taken whole, run once, and ends in exactly one place, whatever is killed."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from campaign_runner.model.errors import CampaignHeld, ExitCode
from tests.inbox.drop import ANA, BO
from tests.inbox.soak import play
from tests.reliability.crashes import Bomb, Crash


def test_a_file_is_run_and_moved_with_its_summary(drop):
    drop.put("q4.csv", ANA, BO)
    assert drop.once() is ExitCode.DONE
    assert (drop.places("q4.csv"), drop.beside("q4.csv")) == (["done"], [".summary.json"])
    assert drop.sent() == ["ana@example.com", "bo@example.com"]


def test_all_files_are_placed_before_any_is_followed(drop):
    """The second order is placed before the first is final, and each summary says what its own file sent."""
    drop.tango.change(knobs={"ends_after": 30})
    drop.put("q3.csv", BO)
    drop.put("q4.csv", ANA)
    assert drop.once() is ExitCode.DONE
    began = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert (drop.clock.now() - began).total_seconds() < 50
    (path,) = drop.folder.rglob("q4.csv.summary.json")
    summary = json.loads(path.read_bytes())
    assert (summary["sent_now"]["lines"], summary["sent_before"]["lines"], "note" in summary) == (1, 0, False)


def test_rows_to_correct_come_back_as_a_workbook_and_a_sentence(drop):
    drop.put("q4.csv", ANA, BO.replace("@", "@@"))
    assert drop.once() is ExitCode.NEEDS_ACTION
    assert drop.beside("q4.csv") == [".error.txt", ".failures.xlsx", ".summary.json"]


def test_a_file_that_is_no_spreadsheet_fails_with_the_reason(drop):
    (drop.folder / "q4.xlsx").write_bytes(b"%PDF-1.4")
    assert drop.once() is ExitCode.FILE_UNUSABLE
    assert (drop.places("q4.xlsx"), drop.beside("q4.xlsx")) == (["failed"], [".error.txt", ".summary.json"])


def test_the_nearest_settings_above_a_file_count(drop):
    drop.put("people/q4.csv", ANA)
    drop.settings("people/campaign.toml", '[campaign]\nid = "from-people"\n')
    drop.once()
    (order,) = drop.tango.orders()
    assert order.reference.startswith("from-people-")


@pytest.mark.parametrize("name", ["q4.csv.part", "q4.tmp", "~$q4.xlsx", ".q4.csv", "notes.txt.part", "q4.pdf"])
def test_what_is_not_meant_is_not_taken(drop, name):
    drop.put(name, ANA)
    assert drop.once() is ExitCode.DONE
    assert drop.places(name) == ["inbox"]


def test_the_same_bytes_under_another_name_send_nothing(drop):
    drop.put("q4.csv", ANA)
    drop.once()
    drop.put("q4-copy.csv", ANA)
    assert drop.once() is ExitCode.DONE
    assert drop.places("q4-copy.csv") == ["done"]
    assert "was submitted on" in drop.told[-1]
    assert drop.sent() == ["ana@example.com"]


def test_the_same_file_again_is_done_with_a_note(drop):
    for _ in range(2):
        drop.put("q4.csv", ANA)
        assert drop.once() is ExitCode.DONE
    assert drop.places("q4*.csv") == ["done", "done"]
    assert "sent before" in drop.told[-1]
    assert drop.sent() == ["ana@example.com"]


@pytest.mark.parametrize(("beside", "code"), [
    ("{digest}  q4.csv\n", ExitCode.DONE),
    ("{digest}\n", ExitCode.DONE),
    ("00ff  q4.csv\n", ExitCode.FILE_UNUSABLE),
    ("", ExitCode.FILE_UNUSABLE),
])  # fmt: skip
def test_the_digest_beside_a_file_must_be_its_own(drop, beside, code):
    digest = hashlib.sha256(drop.put("q4.csv", ANA).read_bytes()).hexdigest()
    (drop.folder / "q4.csv.sha256").write_text(beside.format(digest=digest))
    assert drop.once() is code
    assert drop.places("q4.csv.sha256") == drop.places("q4.csv")


@pytest.mark.parametrize(("totals", "code"), [
    ('rows = 1\ntotal = { USD = "25.00" }', ExitCode.DONE),
    ("rows = 2", ExitCode.REFUSED),
    ('total = { USD = "25.01" }', ExitCode.REFUSED),
    ("rows = many", ExitCode.FILE_UNUSABLE),
    ("sum = 25", ExitCode.FILE_UNUSABLE),
])  # fmt: skip
def test_the_declared_totals_must_agree(drop, totals, code):
    drop.put("q4.csv", ANA)
    (drop.folder / "q4.csv.totals.toml").write_text(totals)
    assert drop.once() is code
    assert drop.sent() == (["ana@example.com"] if code is ExitCode.DONE else [])


def test_what_is_required_must_stand_beside_a_file(drop):
    drop.settings("workspace.toml", '[inbox]\nrequire = ["sha256"]\n')
    drop.put("q4.csv", ANA)
    assert drop.once() is ExitCode.FILE_UNUSABLE
    assert (drop.places("q4.csv"), drop.sent()) == (["failed"], [])


def test_a_plan_that_needs_an_approval_waits_for_it_in_work(drop):
    drop.settings("workspace.toml", "[approval]\nrequired_above = { USD = 1 }\n")
    drop.put("q4.csv", ANA)
    assert drop.once() is ExitCode.REFUSED
    assert (drop.places("q4.csv"), drop.sent()) == (["work"], [])


def test_two_inboxes_do_not_watch_one_folder(drop):
    with drop.inbox().alone(), pytest.raises(CampaignHeld):
        drop.once()


def test_whatever_is_killed_the_file_is_run_once_and_ends_in_one_place(drop):
    """Killed at each place in turn, always with a new file; a fresh inbox goes on."""
    with (bomb := Bomb()).armed():
        drop.put("n0.csv", "EMAIL,Ana,Silva,ana.0@example.com,U561593,25")
        drop.once()
    places = len(bomb.seen)
    for point in range(1, places + 1, 11):
        name = f"n{point}.csv"
        path = drop.put(name, f"EMAIL,Ana,Silva,ana.{point}@example.com,U561593,25")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name(name + ".sha256").write_text(digest)
        with suppress(Crash), Bomb(point).armed():
            drop.once()
        drop.clock.turn(seconds=120)
        drop.once()
        assert drop.places(name) == ["done"] == drop.places(name + ".sha256"), (point, bomb.seen[point - 1])
        assert drop.sent().count(f"ana.{point}@example.com") == 1


def test_files_that_arrive_for_an_hour_are_each_run_once_whatever_is_killed(tmp_path):
    """`make soak-inbox` plays it with 10,000 files."""
    figures = play(tmp_path, files=5, kills=3, pace=0, seed=7)
    assert (figures.files, figures.kills) == (5, 3)
    assert figures.simulated_seconds < 3700
