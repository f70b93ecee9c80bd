"""A head that a report carries is proved later: it is still in the chain, or events are gone."""

from __future__ import annotations

import sqlite3

import openpyxl
import pytest

from campaign_runner.app.approve import approve_plan, reject_plan
from campaign_runner.app.audit import verify_log
from campaign_runner.app.plan import plan_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import StateError, UsageError
from campaign_runner.model.plan_facts import StatedHead
from campaign_runner.reporting import ledger_stamp
from tests.pipeline.decided import release_rows
from tests.pipeline.people import ANA, BAD, BEN

pytestmark = pytest.mark.usefixtures("every_report")

REPORTS = (
    "summary.json",
    "report.html",
    "finance.xlsx",
    "results.xlsx",
    "journal.beancount",
    "plan.json",
    "plan.html",
)


@pytest.fixture
def folder(office):
    path = office.file(ANA)
    plan_file(ReadOptions(path), office.runtime())
    office.run(path)
    return office.folder / "reports" / "q4"


def verdict(office, *noted):
    return verify_log(office.folder / "state", "", noted)


@pytest.mark.parametrize("name", REPORTS)
def test_the_head_of_every_report_is_in_the_chain_even_after_more_happened(office, folder, name):
    noted = ledger_stamp.of_report(folder / name)
    office.run(office.file(ANA, BEN))
    found = verdict(office, *noted)
    assert (len(noted), found.whole, found.missing) == (1, True, ())
    assert 1 < found.proven[noted[0].digest] < found.events


@pytest.mark.parametrize("name", REPORTS)
def test_where_newer_events_were_deleted_the_head_is_missing(office, folder, name):
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM events WHERE id > 1")
    found = verdict(office, *ledger_stamp.of_report(folder / name))
    assert not found.whole
    assert found.missing[0].startswith("The chain does not hold ")


def test_the_beginning_of_a_head_will_do(office, folder):
    head = office.summary()["ledger_head"]
    assert verdict(office, ledger_stamp.given(head[:12].upper())).whole
    assert verdict(office, ledger_stamp.given("0" * 64)).missing == (f"The chain does not hold the head {'0' * 64}",)


def test_a_plan_or_a_file_named_by_64_digits_is_no_head(office, folder, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f"<p>Ledger of q4.</p><p>Plan {'ab' * 32}</p>", "utf-8")
    with pytest.raises(UsageError, match="names no head"):
        ledger_stamp.of_report(page)
    page.write_text(f"Plan {'ab' * 32}; Head of the ledger's chain of events: {'cd' * 32}", "utf-8")
    assert ledger_stamp.of_report(page) == [StatedHead("cd" * 32)]


def test_a_cell_of_64_digits_in_a_report_that_was_saved_again_is_no_head(office, folder):
    office.run(office.file(BAD.replace("Cy", "ef" * 32)))
    book = openpyxl.load_workbook(folder / "failures.xlsx")
    book.save(folder / "failures.xlsx")
    assert [head.digest for head in ledger_stamp.of_report(folder / "failures.xlsx")] == [
        office.summary()["ledger_head"]
    ]


@pytest.mark.parametrize("text", ["abc", "", "x" * 64])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(UsageError, match="--head"):
        ledger_stamp.given(text)


def test_a_file_without_a_head_is_refused_with_what_to_give(office, tmp_path):
    (tmp_path / "a.txt").write_text("nothing")
    with pytest.raises(UsageError, match=r"this file names no head of a ledger\. Give summary\.json"):
        ledger_stamp.of_report(tmp_path / "a.txt")
    with pytest.raises(UsageError, match="cannot be read"):
        ledger_stamp.of_report(tmp_path / "nowhere.json")


def test_a_broken_chain_stops_a_run_before_anything_is_sent(office, folder):
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE events SET at = '2020' WHERE id = 2")
    with pytest.raises(StateError, match="The audit log of this ledger is broken at event 2"):
        office.run(office.file(ANA, BEN))
    assert len(office.sent()) == 1


def test_bytes_that_were_changed_before_they_left_are_never_sent(office):
    office.tango.set_faults([{"kind": "429", "call": "place", "times": 40}])
    office.run(office.file(ANA), patience=0)
    office.tango.set_faults([])
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE batches SET body = ?", [b"\0\0\0\0"])
    with pytest.raises(StateError, match="is not as it was recorded"):
        office.run(office.file(ANA))
    assert office.sent() == []


def test_a_forged_approval_or_release_decides_nothing(office):
    path = office.file(ANA, ANA)
    office.run(path)
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("INSERT INTO releases (campaign, reference, reason, at)"
                       " SELECT 1, reference, 'forged', '' FROM entries WHERE status = 'held'")  # fmt: skip
    office.run(path)
    assert len(office.sent()) == 1


def test_a_decision_deleted_with_its_events_is_missed_by_the_head_beside_the_ledger(office):
    path = office.file(ANA, ANA)
    office.run(path)
    release_rows(office.runtime(), [3], "meant twice")
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM releases")
        ledger.execute("DELETE FROM events WHERE kind IN ('rows decided', 'rows released')")
    assert not verdict(office).whole


@pytest.mark.parametrize("decide", [approve_plan, lambda *who: reject_plan(who[0], who[1], who[2], "too much")])
def test_a_deleted_newest_decision_about_a_plan_is_missed_beside_the_ledger(office, decide):
    office.values["approval"] = {"required_above": {"USD": 1}, "submitter": "hanna", "shared_account": True}
    shown = plan_file(ReadOptions(office.file(ANA)), office.runtime()).plan
    decide(office.runtime(), shown, "finance@example.com")
    assert verdict(office).whole
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM events WHERE id = (SELECT max(id) FROM events)")
        ledger.execute("DELETE FROM approvals")
    assert "noted beside the ledger" in verdict(office).missing[0]


def test_a_deleted_newest_plan_that_was_shown_is_missed_too(office):
    plan_file(ReadOptions(office.file(ANA)), office.runtime())
    with sqlite3.connect(office.folder / "state" / "ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM events WHERE kind = 'plan shown'")
        ledger.execute("DELETE FROM plans_shown")
    assert "noted beside the ledger" in verdict(office).missing[0]
