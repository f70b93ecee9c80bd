"""What a person decides or asks: release, retry, recover, explain, doctor."""

from __future__ import annotations

import shutil

import pytest

from campaign_runner.app import screen
from campaign_runner.app.doctor import diagnose
from campaign_runner.app.explain import explain_row
from campaign_runner.app.plan import plan_file
from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.retry import failed_lines, retry_failed
from campaign_runner.app.status import campaign_status
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode, TangoStopped, UsageError
from tests.pipeline.decided import drop_rows, release_rows
from tests.pipeline.people import ANA, BEN, FAILS


def test_a_released_row_is_placed_by_the_next_run(office):
    path = office.file(ANA, ANA)
    office.run(path)
    release_rows(office.runtime(), [3], "two prizes")
    office.run(path)
    assert office.statuses() == {2: "completed", 3: "completed"}
    assert len({line["externalRefLineItemID"] for line in office.sent()}) == 2


def test_a_release_needs_a_reason_and_a_held_row(office):
    office.run(office.file(ANA, BEN))
    with pytest.raises(UsageError, match="--reason"):
        release_rows(office.runtime(), [2], " ")
    with pytest.raises(UsageError, match=r"Row 2 of .* is not held"):
        release_rows(office.runtime(), [2], "because")


def test_a_dry_release_changes_nothing(office):
    path = office.file(ANA, ANA)
    office.run(path)
    assert release_rows(office.runtime(), [3], "two prizes", dry_run=True) == (
        "Row 3 (Ana Silva): It is the same as row 2.",
        "1 row, 25.00 USD will be sent with the next run of the same file.",
    )
    office.run(path)
    assert office.statuses()[3] == "held"


def test_a_dropped_row_is_neither_listed_as_held_nor_counted_as_one_to_send(office):
    path = office.file(ANA, ANA, BEN, BEN)
    office.run(path)
    drop_rows(office.runtime(), [3], "once is enough")
    planned = plan_file(ReadOptions(path), office.runtime())
    assert planned.tally
    lines = screen.plan(planned.books, planned.tally, planned.reports)
    assert (
        "4 rows. 0 rows can be sent, 1 row is held for a decision, 2 rows were sent before and 1 row was dropped."
        in lines[0]
    )
    assert not any("Row 3 is held" in line for line in lines)
    assert [hold.row for hold in planned.held] == [5]


def test_retry_places_failed_lines_under_a_new_reference(office):
    office.run(office.file(ANA, FAILS))
    first = office.report()[1]["externalRefLineItemID"]
    assert failed_lines(office.runtime()) == 1
    retry_failed(office.runtime())
    again = [line for line in office.sent() if line["amount"] == 30]
    assert len(again) == 2
    assert office.report()[1]["externalRefLineItemID"] == again[1]["externalRefLineItemID"] != first


def test_retry_without_failed_lines_sends_nothing(office):
    office.run(office.file(ANA))
    retry_failed(office.runtime())
    assert len(office.sent()) == 1


def test_a_run_after_a_retry_sends_nothing_more(office):
    path = office.file(ANA, FAILS)
    office.run(path)
    retry_failed(office.runtime())
    office.run(path)
    office.run(office.file(ANA, FAILS, BEN, name="longer.csv"))
    assert len(office.sent()) == 4


def test_a_lost_ledger_is_rebuilt_from_tango_and_nothing_is_sent_twice(office):
    path = office.file(ANA, BEN, FAILS)
    office.run(path)
    retry_failed(office.runtime())
    shutil.rmtree(office.folder / "state")
    recover_ledger(ReadOptions(path), office.runtime())
    office.run(path)
    assert len(office.sent()) == 4
    assert office.statuses() == {2: "completed", 3: "completed", 4: "failed"}


def test_recover_places_nothing_and_run_places_what_tango_does_not_have(office):
    office.run(office.file(ANA))
    shutil.rmtree(office.folder / "state")
    longer = office.file(ANA, BEN, name="longer.csv")
    assert recover_ledger(ReadOptions(longer), office.runtime()).books.rows == {
        "rejected": 0, "held": 0, "unsent": 1, "unknown": 0, "pending": 1, "completed": 0, "failed": 0, "cancelled": 0,
    }  # fmt: skip
    assert len(office.sent()) == 1
    office.run(longer)
    assert len(office.sent()) == 2


def test_recover_writes_nothing_where_tango_does_not_answer(office):
    office.run(office.file(ANA))
    shutil.rmtree(office.folder / "state")
    office.tango.set_faults([{"kind": "html", "call": "look_up", "times": 20}])
    with pytest.raises(TangoStopped, match="nothing was written"):
        recover_ledger(ReadOptions(office.folder / "q4.csv"), office.runtime())
    office.tango.set_faults([])
    recover_ledger(ReadOptions(office.folder / "q4.csv"), office.runtime())


def test_recover_with_a_ledger_that_lacks_nothing_says_so_and_changes_nothing(office):
    path = office.file(ANA, BEN)
    office.run(path)
    for _ in range(2):
        runtime = office.runtime()
        assert recover_ledger(ReadOptions(path), runtime).exit_code is ExitCode.DONE
        assert runtime.notices == ["Nothing was lost: this ledger knows every order of this campaign that Tango has."]
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_explain_tells_the_whole_life_of_a_row(office):
    office.run(office.file(ANA, FAILS))
    retry_failed(office.runtime())
    life = explain_row(office.runtime(), "3")
    assert life.cells["E-mail"] == "sim-fails@example.com"
    assert [(one["attempt"], one["status"]) for one in life.attempts] == [(1, "failed"), (2, "failed")]
    requests = [request["method"] for request in life.attempts[0]["requests"]]
    assert requests.count("POST") == 1
    assert explain_row(office.runtime(), life.reference).row == 3


def test_explain_knows_rejected_rows_and_names_what_is_not_there(office):
    office.run(office.file(ANA, ANA.replace("ana@", "ana@@")))
    assert "is not an e-mail address" in explain_row(office.runtime(), "3").reason
    with pytest.raises(UsageError, match="99 is neither a row"):
        explain_row(office.runtime(), "99")


def test_status_counts_lines_and_money(office):
    office.run(office.file(ANA, FAILS))
    (campaign,) = campaign_status(office.folder / "state")
    assert campaign.lines == {"completed": 1, "failed": 1}
    assert campaign.amounts == {"USD": "55.00"}


def test_doctor_is_content_with_a_healthy_world_and_says_what_is_not(office):
    assert all(one.well for one in diagnose(office.runtime()))
    office.tango.change(accounts={"acme-account": {"status": "FROZEN"}})
    assert [one.subject for one in diagnose(office.runtime()) if not one.well] == ["account"]


def test_an_unfinished_run_goes_on_with_what_is_left(office):
    path = office.file(ANA, BEN)
    office.tango.set_faults([{"kind": "503", "call": "place", "times": 40}])
    assert office.run(path, patience=0).exit_code is ExitCode.NOT_FINISHED
    office.tango.set_faults([])
    office.clock.turn(seconds=120)
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_a_mended_row_that_had_failed_waits_for_a_release_and_then_goes(office):
    office.values["identity"] = {"key": ("Employee ID",)}
    office.run(office.file(ANA, FAILS))
    mended = office.file(ANA, FAILS.replace("sim-fails@", "dee@"), name="mended.csv")
    office.run(mended)
    assert "after it had failed" in office.report()[1]["Reason"]
    release_rows(office.runtime(), [3], "address corrected")
    office.run(mended)
    assert office.statuses() == {2: "completed", 3: "completed"}
