"""The main job: a spreadsheet goes in, rewards are placed and followed, the books close."""

from __future__ import annotations

import json

import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.plan import plan_file
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import ExitCode, FileUnusable, RefusedBeforeSending, SettingsError
from tests.pipeline.conftest import HEADERS
from tests.pipeline.people import ANA, BAD, BEN


def test_valid_rows_are_placed_and_completed(office):
    result = office.run(office.file(ANA, BEN))
    assert result.exit_code is ExitCode.DONE
    assert office.statuses() == {2: "completed", 3: "completed"}
    assert sorted(line["amount"] for line in office.sent()) == [10.5, 25]


def test_bad_rows_are_rejected_and_the_others_go(office):
    result = office.run(office.file(ANA, BAD, BEN))
    assert result.exit_code is ExitCode.NEEDS_ACTION
    assert office.statuses() == {2: "completed", 3: "rejected", 4: "completed"}
    assert [(row["Row"], row["E-mail"]) for row in office.report("failures.csv")] == [("3", "cy@@example.com")]


def test_a_second_run_sends_nothing_and_gives_the_same_reports(office):
    path = office.file(ANA, BAD, BEN)
    office.run(path)
    first, calls = office.report(), len(office.tango.requests)
    office.run(path)
    assert office.report() == first
    assert len(office.tango.requests) == calls


def test_the_summary_ties_out_in_rows_and_money(office):
    office.run(office.file(ANA, BAD, BEN))
    summary = office.summary()
    assert summary["ties_out"] is True
    assert summary["rows"]["total"] == 3 == sum(n for s, n in summary["rows"].items() if s != "total")
    assert summary["amounts"]["USD"]["total"] == "40.50"


def test_check_and_plan_send_nothing(office):
    reading = ReadOptions(office.file(ANA, BAD))
    assert check_file(reading, office.runtime()).exit_code is ExitCode.NEEDS_ACTION
    assert office.tango.requests == []
    assert plan_file(reading, office.runtime()).books.rows["unsent"] == 1
    assert {seen.method for seen in office.tango.requests} == {"GET"}


def test_plan_after_a_run_tells_what_is_there_already(office):
    office.run(office.file(ANA))
    books = plan_file(ReadOptions(office.file(ANA, BEN)), office.runtime()).books
    assert (books.rows["completed"], books.rows["unsent"]) == (1, 1)


def test_without_waiting_lines_stay_pending_until_they_are_tracked(office):
    assert office.run(office.file(ANA), patience=0).exit_code is ExitCode.NOT_FINISHED
    assert office.statuses() == {2: "pending"}
    assert track_campaign(office.runtime(), patience=600).exit_code is ExitCode.DONE
    assert office.statuses() == {2: "completed"}


def test_tracking_once_looks_at_each_open_order_once(office):
    office.run(office.file(ANA), patience=0)
    before = len(office.tango.requests)
    track_campaign(office.runtime())
    assert len(office.tango.requests) == before + 1


def test_reports_can_be_written_again_without_the_file(office):
    path = office.file(ANA, BAD)
    office.run(path)
    before = office.report()
    path.unlink()
    report_campaign(office.runtime())
    assert office.report() == before


def test_an_added_row_is_all_that_a_longer_file_sends(office):
    office.run(office.file(ANA))
    office.run(office.file(BEN, ANA, name="q4-b.csv"))
    assert office.statuses() == {2: "completed", 3: "completed"}
    assert len(office.sent()) == 2


def test_a_repaired_failures_file_sends_only_the_repaired_rows(office):
    office.run(office.file(ANA, BAD))
    failures = office.folder / "reports" / "q4" / "failures.csv"
    repaired = office.folder / "repaired.csv"
    repaired.write_text(failures.read_text("utf-8").replace("cy@@", "cy@"), "utf-8")
    assert office.run(repaired).exit_code is ExitCode.DONE
    assert sorted(line["recipient"]["email"] for line in office.sent()) == ["ana@example.com", "cy@example.com"]


def test_the_same_row_twice_is_paid_once(office):
    office.run(office.file(ANA, ANA))
    assert office.statuses() == {2: "completed", 3: "held"}
    assert len(office.sent()) == 1


def test_a_row_changed_after_it_was_sent_is_held(office):
    office.values["identity"] = {"key": ("Employee ID",)}
    office.run(office.file(ANA))
    office.run(office.file(ANA.replace("25", "35")))
    assert office.statuses() == {2: "held"}
    assert len(office.sent()) == 1


def test_what_an_unfinished_plan_left_unsent_is_replaced_by_the_next_file(office):
    office.values["preflight"] = {"funds": "off"}
    office.tango.change(accounts={"acme-account": {"cents": 0}})
    assert office.run(office.file(ANA, BEN)).exit_code is ExitCode.STOPPED
    assert office.statuses() == {2: "unsent", 3: "unsent"}
    office.tango.change(accounts={"acme-account": {"cents": 100_000}})
    office.run(office.file(BEN))
    assert [line["amount"] for line in office.sent()] == [10.5]


def test_rows_that_became_too_late_keep_what_they_were_sent_as(office):
    path = office.file(ANA + ",2026-12-01", headers=[*HEADERS, "Delivery date"])
    office.run(path)
    office.clock.turn(days=8)
    office.run(office.file(ANA + ",2026-12-01", BEN + ",", headers=[*HEADERS, "Delivery date"]))
    assert office.statuses() == {2: "completed", 3: "completed"}


def test_a_campaign_cannot_move_to_another_account(office):
    office.run(office.file(ANA))
    with pytest.raises(SettingsError, match="second time"):
        office.run(office.file(ANA, BEN), account="other-account")
    assert len(office.sent()) == 1


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"max_rows": 1}, "2 rows, but [limits] max_rows allows 1"),
        ({"expected_rows": 3}, "2 rows, but 3 were expected"),
        ({"max_amount": 20}, "Row 2: 25.00 USD is more than"),
        ({"max_total": {"USD": 30}}, "sends 35.50 USD, but [limits] max_total allows 30.00 USD"),
        ({"expected_total": {"USD": 35}}, "35.50 USD, but 35.00 USD was expected"),
    ],
)
def test_limits_and_control_totals_refuse_before_anything_is_sent(office, limit, says):
    office.values["limits"] = limit
    with pytest.raises(RefusedBeforeSending) as refused:
        office.run(office.file(ANA, BEN))
    assert says in str(refused.value)
    assert {seen.method for seen in office.tango.requests} == {"GET"}


def test_a_file_that_cannot_be_used_sends_nothing(office):
    with pytest.raises(FileUnusable):
        office.run(office.file())
    assert office.tango.requests == []


def test_batches_are_cut_to_size_and_each_line_is_placed_once(office):
    rows = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,5" for n in range(1, 24)]
    assert office.run(office.file(*rows), batch_size=5).exit_code is ExitCode.DONE
    assert max(len(line_items) for line_items in _orders(office)) <= 5
    assert len({line["externalRefLineItemID"] for line in office.sent()}) == 23


def _orders(office):
    return [json.loads(order.body)["lineItems"] for order in office.tango.orders()]


def test_more_orders_than_are_asked_for_at_once_are_placed_once_each(office):
    rows = [f"{n},EMAIL,Ana,Silva,ana{n}@example.com,,U561593,25" for n in range(70)]
    office.run(office.file(*rows), patience=0, batch_size=1)
    assert [order.posts for order in office.tango.orders()] == [1] * 70


def test_the_same_person_twice_in_a_file_is_paid_once(office):
    office.run(office.file(ANA, ANA.replace("1,EMAIL,Ana", "9,EMAIL,Anna").replace("ana@", "ANA@")))
    assert office.statuses() == {2: "completed", 3: "held"}
    assert "row 2" in office.report()[1]["Reason"]


def test_the_same_person_with_another_amount_is_another_reward(office):
    office.run(office.file(ANA, ANA.replace("25", "30")))
    assert office.statuses() == {2: "completed", 3: "completed"}


def test_a_corrected_name_does_not_pay_a_person_again(office):
    office.run(office.file(ANA))
    office.run(office.file(ANA.replace("Silva", "Silvá")))
    assert office.statuses() == {2: "held"}
    assert len(office.sent()) == 1


def test_a_person_rewarded_lately_in_another_campaign_is_held_until_the_window_is_over(office):
    office.run(office.file(ANA))
    office.values["campaign"] = {"id": "q4-again"}
    result = office.run(office.file(ANA))
    assert result.books.rows["held"] == 1
    office.clock.turn(days=22)
    office.values["campaign"] = {"id": "q4-later"}
    assert office.run(office.file(ANA)).books.rows["completed"] == 1


def test_the_key_may_be_spelled_as_people_do(office):
    office.values["identity"] = {"key": ("employee id",)}
    office.run(office.file(ANA))
    office.run(office.file(ANA.replace("25", "35")))
    assert office.statuses() == {2: "held"}


def test_a_field_can_be_the_key(office):
    office.values["identity"] = {"key": ("E-mail",)}
    assert office.run(office.file(ANA)).exit_code is ExitCode.DONE
