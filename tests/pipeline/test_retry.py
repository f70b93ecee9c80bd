"""`retry` places again only what Tango reported as failed twice, some time apart; what comes back to life is told."""

from __future__ import annotations

import csv
import json

import pytest

from campaign_runner.app.retry import retry_failed
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import ExitCode
from tests.pipeline.decided import release_rows
from tests.pipeline.people import ANA

pytestmark = pytest.mark.usefixtures("every_report")

FAILS = "4,EMAIL,Dee,Fox,sim-fails@example.com,,U561593,30"
REFUSED = "5,EMAIL,Eve,Low,sim-refused@example.com,,U561593,35"
WHOLE = "6,EMAIL,Fay,Orr,sim-422@example.com,,U561593,40"


class Healing:
    """Makes the stand-in say COMPLETE of what it called FAILED, from the moment `now` is set."""

    def __init__(self, tango):
        self.now, self.answer = False, tango.handle
        tango.handle = self.handle

    def handle(self, request):
        answer = self.answer(request)
        for line in answer.content.get("lineItems", ()) if self.now and request.method == "GET" else ():
            line["lineItemStatus"] = "COMPLETE"
        return answer


@pytest.fixture
def healing(office):
    return Healing(office.tango)


def paid(office, amount):
    return [line for line in office.sent() if line["amount"] == amount]


def test_one_word_is_not_enough_so_retry_waits_for_the_second(office):
    office.run(office.file(ANA, FAILS))
    before = office.clock.monotonic()
    retry_failed(office.runtime())
    assert len(paid(office, 30)) == 2
    assert office.clock.monotonic() - before >= 60


def test_where_it_may_not_wait_it_says_when_to_run_it_again(office):
    office.run(office.file(ANA, FAILS))
    result = retry_failed(office.runtime(), patience=10)
    assert len(paid(office, 30)) == 1
    (told,) = [finding.text for finding in result.books.findings if finding.kind == "waiting"]
    assert told.startswith("1 failed line is not retried yet: Tango has to report a failure twice, some time apart.")
    assert told.endswith("campaign-runner retry q4")
    office.clock.turn(seconds=61)
    retry_failed(office.runtime(), patience=0)
    assert len(paid(office, 30)) == 2


def test_what_turns_out_not_to_be_failed_is_updated_and_not_retried(office, healing):
    office.run(office.file(ANA, FAILS))
    healing.now = True
    result = retry_failed(office.runtime())
    assert (result.books.rows["completed"], len(paid(office, 30))) == (2, 1)


def test_a_second_word_that_tango_does_not_give_is_none(office):
    office.run(office.file(ANA, FAILS))
    office.clock.turn(seconds=3600)
    office.tango.set_faults([{"kind": "503", "call": "look_up", "times": 50}])
    result = retry_failed(office.runtime(), patience=60)
    assert len(paid(office, 30)) == 1
    assert any("did not confirm the failure" in finding.text for finding in result.books.findings)


@pytest.mark.parametrize(("row", "amount"), [(REFUSED, 35), (WHOLE, 40)])
def test_a_line_that_was_refused_by_name_is_retried_once_a_look_up_does_not_contradict_it(office, row, amount):
    posts = []
    handle = office.tango.handle

    def counted(request):
        posts.extend([request.body] if request.method == "POST" else [])
        return handle(request)

    office.tango.handle = counted
    office.run(office.file(ANA, row))
    retry_failed(office.runtime())
    sent = [line["amount"] for body in posts for line in json.loads(body)["lineItems"]]
    assert sent.count(amount) == 2


def test_a_refused_order_that_tango_has_after_all_is_not_placed_again(office):
    handle = office.tango.handle

    def carried_out(request):
        answer = handle(request)
        if request.method == "POST":
            answer.status, answer.content = 422, {"errors": [{"i18nKey": "422.025", "message": "Wrong amount"}]}
        return answer

    office.tango.handle = carried_out
    office.run(office.file(ANA))
    office.tango.handle = handle
    result = retry_failed(office.runtime())
    assert (len(office.sent()), result.books.rows["completed"]) == (1, 1)


def test_a_first_attempt_that_comes_back_to_life_is_told_and_charged(office, healing):
    path = office.file(ANA, FAILS)
    office.run(path)
    retry_failed(office.runtime())
    healing.now = True
    result = office.run(path)
    result = track_campaign(office.runtime())
    (told,) = [finding for finding in result.books.findings if finding.kind == "two rewards"]
    assert told.text.startswith("Dee Fox (row 3) has two rewards: ")
    assert (told.explained, told.rows, result.exit_code) == (False, (3,), ExitCode.NEEDS_ACTION)
    assert office.summary()["money"]["USD"]["charged"] == "85.00"
    assert office.summary()["ties_out"] is False


def test_a_plain_run_sees_it_too_and_the_finance_report_charges_both(office, healing):
    path = office.file(ANA, FAILS)
    office.run(path)
    retry_failed(office.runtime())
    healing.now = True
    assert office.run(path).exit_code is ExitCode.NEEDS_ACTION
    lines = office.report("finance.csv")
    assert sorted(line["Status"] for line in lines if line["Face value"] == "30.00") == ["completed", "failed"]
    with (office.folder / "reports" / "q4" / "journal.csv").open(encoding="utf-8-sig") as file:
        rewards = [row for row in csv.DictReader(file) if row["Account"] == "Expenses:Rewards"]
    assert "Dee" not in (office.folder / "reports" / "q4" / "finance.csv").read_text("utf-8-sig")
    assert sum(float(row["Debit"] or 0) - float(row["Credit"] or 0) for row in rewards) == 55


def test_nobody_is_paid_a_third_time_where_the_first_attempt_lives_and_the_second_failed(office, healing):
    path = office.file(ANA, FAILS)
    office.run(path)
    retry_failed(office.runtime())
    first = office.report()[1]["externalRefID"]
    handle = healing.answer

    def first_attempt(request):
        answer = handle(request)
        if request.method == "GET" and "lineItems" in answer.content and not request.path.endswith(first):
            for line in answer.content["lineItems"]:
                line["lineItemStatus"] = "COMPLETE"
        return answer

    office.tango.handle = first_attempt
    office.clock.turn(seconds=100)
    office.run(path)
    result = retry_failed(office.runtime())
    assert len(paid(office, 30)) == 2
    assert any("has a reward although the newest attempt failed" in each.text for each in result.books.findings)


CORRECTED = "4,EMAIL,Dee,Fox,dee@example.com,,U561593,30"


def test_a_failed_line_that_was_corrected_in_the_file_is_not_placed_again_by_a_retry(office):
    office.run(office.file(ANA, FAILS))
    office.run(office.file(ANA, CORRECTED))
    office.clock.turn(seconds=61)
    result = retry_failed(office.runtime())
    assert [line["recipient"]["email"] for line in paid(office, 30)] == ["sim-fails@example.com", "dee@example.com"]
    (told,) = [finding.text for finding in result.books.findings if finding.kind == "waiting"]
    assert told.startswith("1 failed line is not retried, because the file was corrected since")


def test_nor_is_one_for_which_a_changed_row_was_released(office):
    office.values["identity"] = {"key": ["Employee ID"]}
    office.run(office.file(ANA, FAILS))
    office.run(office.file(ANA, FAILS.replace(",30", ",29")))
    release_rows(office.runtime(), [3], "the amount was wrong")
    office.run(office.file(ANA, FAILS.replace(",30", ",29")))
    retry_failed(office.runtime())
    assert len(paid(office, 30)) == 1


def test_nor_one_that_was_corrected_in_the_failures_report(office):
    office.run(office.file(ANA, FAILS))
    report = office.folder / "reports" / "q4" / "failures.csv"
    report.write_text(report.read_text("utf-8-sig").replace("sim-fails@", "dee@"), "utf-8-sig")
    office.run(report)
    office.clock.turn(seconds=61)
    retry_failed(office.runtime())
    assert len(paid(office, 30)) == 2


def test_the_others_of_the_same_recipient_in_the_file_do_not_keep_a_line_from_its_retry(office):
    office.run(
        office.file(ANA, FAILS, FAILS.replace("4,", "5,", 1).replace(",30", ",31").replace("sim-fails", "dee"))
    )
    retry_failed(office.runtime())
    assert len(paid(office, 30)) == 2


def test_a_line_that_was_corrected_in_the_file_and_comes_back_to_life_is_named_with_its_recipient(office, healing):
    office.run(office.file(ANA, FAILS))
    office.run(office.file(ANA, CORRECTED))
    healing.now = True
    office.clock.turn(seconds=61)
    result = retry_failed(office.runtime())
    (told,) = [finding for finding in result.books.findings if finding.kind == "two rewards"]
    assert told.text.startswith("Dee Fox (q4-")
    assert not told.explained
    assert "that was placed again or sent corrected" in told.text


def test_a_further_row_beside_a_failed_one_of_the_same_recipient_is_held(office):
    office.run(office.file(ANA, FAILS))
    office.run(office.file(ANA, FAILS, FAILS.replace("4,", "5,", 1).replace(",30", ",31")))
    assert office.statuses() == {2: "completed", 3: "failed", 4: "held"}
    assert paid(office, 31) == []
