"""The same people in two campaigns: at once, one after the other, halted, killed, released, purged, and weeks later."""

from __future__ import annotations

import threading
from importlib import import_module

import pytest

from campaign_runner.app.purge import purge_data
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.steps import read_history, write_plan
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger.batch_moves import mark_sending
from campaign_runner.model.errors import ExitCode, UsageError
from tests.pipeline.decided import release_rows
from tests.pipeline.two_campaigns import HEADERS

ANA, BO, CY = "Ana,ana@example.com,25", "Bo,bo@example.com,25", "Cy,cy@example.com,25"


def people(office) -> list[str]:
    return sorted(line["recipient"]["firstName"] for line in office.sent())


def test_what_is_planned_elsewhere_and_was_not_sent_counts(two):
    two.run_campaign("a", ANA, BO, CY, canary=1, patience=0)
    second = two.run_campaign("b", ANA, BO, CY)
    assert second.books.rows["held"] == 3
    two.clock.turn(seconds=600)
    two.run_campaign("a", ANA, BO, CY)
    assert people(two) == ["Ana", "Bo", "Cy"]


def test_two_campaigns_at_once_send_everybody_once(two):
    paths = {name: two.file(ANA, BO, CY, headers=HEADERS, name=f"{name}.csv") for name in "ab"}
    threads = [
        threading.Thread(target=run_file, args=(ReadOptions(paths[name]), two.world_of(name))) for name in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert people(two) == ["Ana", "Bo", "Cy"]


def test_who_was_planned_elsewhere_while_a_plan_was_made_is_seen_in_its_transaction(two, monkeypatch):
    read_before = read_history.past

    def slow(ledger, runtime, *wanted):
        monkeypatch.setattr(write_plan, "past", read_before)
        known = read_before(ledger, runtime, *wanted)
        two.run_campaign("a", ANA)
        return known

    monkeypatch.setattr(write_plan, "past", slow)
    assert two.run_campaign("b", ANA, BO).books.rows["held"] == 1
    assert people(two) == ["Ana", "Bo"]


def test_what_another_campaign_sent_since_the_plan_is_seen_before_sending(two):
    two.run_campaign("a", ANA, BO, CY, canary=1, patience=0)
    path = two.file(ANA, BO, CY, headers=HEADERS, name="b.csv")
    run_file(ReadOptions(path), two.world_of("b", duplicate_window_days=0))
    two.clock.turn(seconds=600)
    last = two.run_campaign("a", ANA, BO, CY)
    assert last.books.rows["held"] == 2
    assert len(two.sent()) == 4
    assert last.exit_code is ExitCode.NEEDS_ACTION


def test_a_run_that_was_killed_counts_with_what_it_has_left(two, monkeypatch):
    whole, calls = mark_sending, []

    def killed(*args, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args, **options)

    monkeypatch.setattr(import_module("campaign_runner.placement.send_batch"), "mark_sending", killed)
    with pytest.raises(KeyboardInterrupt):
        two.run_campaign("a", ANA, BO, CY)
    monkeypatch.setattr(import_module("campaign_runner.placement.send_batch"), "mark_sending", whole)
    assert two.run_campaign("b", ANA, BO, CY).books.rows["held"] == 3
    two.run_campaign("a", ANA, BO, CY)
    assert people(two) == ["Ana", "Bo", "Cy"]


def test_a_hold_stays_when_the_window_has_passed(two):
    two.run_campaign("a", ANA, BO)
    two.run_campaign("b", ANA, BO)
    two.clock.turn(days=22)
    last = two.run_campaign("b", ANA, BO, CY)
    assert (last.books.rows["held"], last.books.rows["completed"]) == (2, 1)
    assert people(two) == ["Ana", "Bo", "Cy"]
    release_rows(two.world_of("b"), [2], "a second campaign")
    two.run_campaign("b", ANA, BO, CY)
    assert people(two) == ["Ana", "Ana", "Bo", "Cy"]


def test_a_released_row_is_not_stopped_by_what_was_known_when_it_was_released(two):
    two.run_campaign("a", ANA)
    two.run_campaign("b", ANA)
    release_rows(two.world_of("b"), [2], "both were meant")
    assert two.run_campaign("b", ANA).exit_code is ExitCode.DONE
    assert people(two) == ["Ana", "Ana"]


def test_purge_keeps_the_hashes_until_the_window_has_closed(two):
    two.run_campaign("a", ANA, BO)
    two.clock.turn(days=2)
    purge_data(two.world_of("a"), 1)
    two.clock.turn(days=3)
    assert two.run_campaign("b", ANA, BO).books.rows["held"] == 2
    two.clock.turn(days=20)
    assert purge_data(two.world_of("a"), 1).hashes == 2
    assert two.run_campaign("c", ANA, BO).books.rows["completed"] == 2


def test_another_amount_elsewhere_is_a_warning_that_names_campaign_day_and_amount(two):
    two.run_campaign("a", ANA)
    result = two.run_campaign("b", "Ana,ana@example.com,40")
    said = "row 2 (25.00 USD in a, on 2026-11-22)"
    assert any(said in note and "[rewarded-elsewhere]" in note for note in result.books.notes)
    assert len(two.sent()) == 2


def test_a_retry_leaves_lines_whose_recipients_another_campaign_sent_the_same_since(two):
    dee = "Dee,sim-fails@example.com,25"
    two.run_campaign("a", ANA, dee)
    run_file(ReadOptions(two.file(dee, headers=HEADERS, name="b.csv")), two.world_of("b"), patience=0)
    two.clock.turn(days=1)
    result = retry_failed(two.world_of("a"))
    assert any("Row 3 was not placed again" in finding.text for finding in result.books.findings)
    assert people(two) == ["Ana", "Dee", "Dee"]


@pytest.mark.parametrize("planned", [False, True])
def test_a_retry_that_another_campaign_stopped_is_sent_once_it_is_released(two, planned):
    dee, a = "Dee,sim-fails@example.com,25", two.world_of("a")
    two.run_campaign("a", ANA, dee)
    two.clock.turn(days=1)
    if planned:  # the second attempt was written down, and then Tango was away
        two.tango.set_faults([{"kind": "429", "call": "place", "times": 999}])
        retry_failed(a, patience=120)
        two.tango.set_faults([])
    other = ReadOptions(two.file(dee, headers=HEADERS, name="b.csv"))
    run_file(other, two.world_of("b"), patience=0)
    if planned:  # which the other campaign knows
        release_rows(two.world_of("b"), [2], "this one first")
        run_file(other, two.world_of("b"), patience=0)
    two.clock.turn(seconds=100)
    stopped = retry_failed(a)
    assert any("campaign-runner release" in finding.text for finding in stopped.books.findings)
    assert people(two) == ["Ana", "Dee", "Dee"]
    with pytest.raises(UsageError, match="No row of"):
        release_rows(a, [], "all of them", every=True)
    release_rows(a, [3], "Dee has earned both")
    again = retry_failed(a)
    assert people(two) == ["Ana", "Dee", "Dee", "Dee"]
    told = " ".join(finding.text for finding in again.books.findings)
    assert "not placed again" not in told
    assert "left unsent" not in told
