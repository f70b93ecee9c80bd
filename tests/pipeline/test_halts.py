"""Somebody halts, resumes, withdraws or schedules a campaign: from then on everybody obeys who works on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign_runner.app.audit import verify_log
from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.process.progress import no_progress
from campaign_runner.app.resume import resume_campaign
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.schedule import schedule_campaign
from campaign_runner.app.session import open_campaign
from campaign_runner.app.status import campaign_status
from campaign_runner.app.steps.connect_tango import account_name
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.driver import Turn
from campaign_runner.app.steps.place import PlacingRules, place_file
from campaign_runner.app.views.uploads import latest_upload
from campaign_runner.app.withdraw import withdraw_campaign
from campaign_runner.ledger import batches, open_ledger, schema
from campaign_runner.ledger.limiter import SharedCircuit
from campaign_runner.model.errors import ExitCode, UsageError
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.reporting.summary import next_steps
from campaign_runner.simulator import Simulator, serve
from campaign_runner.simulator.faults import Fault
from tests.pipeline.decided import release_rows

pytestmark = pytest.mark.usefixtures("every_report")

ROWS = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,{10 + n}" for n in range(1, 5)]


def halted_after(office, path, lines, **options):
    """A run in the middle of which, once so many lines were placed, somebody halts the campaign."""

    def halt(stage, done, total):
        if stage == "place" and len(office.sent()) == lines:
            halt_campaign(office.runtime(), "wrong amounts")

    return run_file(ReadOptions(path), office.runtime(batch_size=1), progress=halt, **options)


def sound(office):
    """The audit log is whole, and the ledger as it says."""
    assert verify_log(office.folder / "state").whole


def test_a_run_that_is_halted_sends_nothing_new_follows_what_left_and_says_so(office):
    result = halted_after(office, office.file(*ROWS), 2)
    assert (len(office.sent()), result.exit_code) == (2, ExitCode.NOT_FINISHED)
    assert sorted(office.statuses().values()) == ["completed", "completed", "unsent", "unsent"]
    (said,) = [finding.text for finding in result.books.findings if finding.kind == "waiting"]
    assert "halted on 22 Nov 2026, 09:00 UTC by" in said
    assert said.endswith('"wrong amounts". Nothing new is sent until it is resumed: campaign-runner resume q4')
    assert "campaign-runner resume q4" in next_steps(result.books)[0].command
    sound(office)


def test_an_order_that_waits_for_its_place_in_the_pace_does_not_leave_after_the_halt(office, monkeypatch):
    waited = office.clock.sleep

    def halted_meanwhile(seconds):
        if seconds > 0.5 and len(office.sent()) == 2:
            halt_campaign(office.runtime(), "wrong amounts")
        waited(seconds)

    monkeypatch.setattr(office.clock, "sleep", halted_meanwhile)
    path = office.file(*ROWS)
    office.run(path, patience=0, batch_size=1, requests_per_second=1)
    assert len(office.sent()) == 2
    assert sorted(office.statuses().values())[-2:] == ["unsent", "unsent"]
    sound(office)
    resume_campaign(office.runtime())
    office.run(path, patience=0, batch_size=1)
    assert len(office.sent()) == 4


def test_a_halted_campaign_is_sent_by_nobody_until_it_is_resumed(office):
    path = office.file(*ROWS)
    halted_after(office, path, 1)
    for patience in (0, 60):
        assert office.run(path, patience=patience, batch_size=1).exit_code is ExitCode.NOT_FINISHED
    assert len(office.sent()) == 1
    assert "Run the same file again" in resume_campaign(office.runtime())
    assert office.run(path, batch_size=1).exit_code is ExitCode.DONE
    assert len(office.sent()) == 4
    with pytest.raises(UsageError, match="not halted"):
        resume_campaign(office.runtime())
    sound(office)


def test_a_canary_stays_first_when_a_halted_campaign_is_resumed(office):
    path = office.file(*ROWS)
    halted_after(office, path, 1, canary=2)
    office.run(path, batch_size=1)
    assert len(office.sent()) == 1
    resume_campaign(office.runtime())
    office.run(path, batch_size=1)
    assert len(office.sent()) == 4


def test_an_order_without_an_answer_is_not_sent_again_while_the_campaign_is_halted(office):
    path = office.file(ROWS[0])
    nothing_comes_back = Simulator(office.folder / "other.jsonl", clock=office.clock, requests_per_second=0,
                                   faults=[Fault("cut", "place", times=9)])  # fmt: skip
    with serve(nothing_comes_back) as office.base_url:
        office.run(path, patience=0, max_tries=1)
        halt_campaign(office.runtime(), "wrong amounts")
        office.clock.turn(minutes=5)
        office.run(path, patience=60)
        assert [seen.method for seen in nothing_comes_back.requests if "Orders/" in seen.path][-1] == "GET"
        assert sum(seen.method == "POST" for seen in nothing_comes_back.requests) == 1


def test_a_halt_wants_a_reason_and_says_who_it_was_in_status(office):
    office.run(office.file(ROWS[0]))
    with pytest.raises(UsageError, match="--reason"):
        halt_campaign(office.runtime(), "  ")
    halt_campaign(office.runtime(), "wrong amounts")
    (one,) = campaign_status(office.folder / "state")
    assert one.halted is not None
    assert (one.halted["reason"], one.send_after) == ("wrong amounts", "")
    assert "campaign halted" in one.events[-1].text


def test_withdrawn_rows_are_cancelled_and_the_same_file_does_not_send_them(office):
    path = office.file(*ROWS)
    halted_after(office, path, 1)
    made, said = withdraw_campaign(office.runtime(), "the budget was cut")
    assert (made.lines, made.units) == (3, {"USD": 390_000})
    assert said.startswith("Withdrawn: 3 lines (39.00 USD) will not be sent.")
    sound(office)
    resume_campaign(office.runtime())
    result = office.run(path, batch_size=1)
    assert (len(office.sent()), result.books.ties_out) == (1, True)
    assert sorted(office.statuses().values()) == ["cancelled", "cancelled", "cancelled", "completed"]
    assert any("withdrawn (the budget was cut)" in row["Reason"] for row in office.report())
    sound(office)


def test_a_withdrawn_row_that_is_released_is_sent(office):
    path = office.file(*ROWS[:2])
    halted_after(office, path, 1)
    withdraw_campaign(office.runtime(), "the budget was cut")
    resume_campaign(office.runtime())
    office.run(path)
    row = next(row for row, status in office.statuses().items() if status == "cancelled")
    release_rows(office.runtime(), [row], "the budget is back")
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_orders_that_are_withdrawn_under_a_run_are_left_out_and_the_run_goes_on(office):
    def withdraw(stage, done, total):
        if stage == "place" and len(office.sent()) == 2:
            withdraw_campaign(office.runtime(), "the budget was cut")

    result = run_file(ReadOptions(office.file(*ROWS)), office.runtime(batch_size=1), progress=withdraw)
    assert (len(office.sent()), result.books.ties_out) == (2, True)
    assert sorted(office.statuses().values()) == ["cancelled", "cancelled", "completed", "completed"]
    sound(office)


def test_a_further_attempt_that_never_left_is_given_up_and_the_failed_one_counts_again(office):
    path = office.file("1,EMAIL,P1,Roe,sim-fails@example.com,,U561593,11")
    office.run(path)
    office.clock.turn(minutes=5)
    halt_campaign(office.runtime(), "wait")
    assert retry_failed(office.runtime()).exit_code is ExitCode.NOT_FINISHED
    assert withdraw_campaign(office.runtime(), "no more")[0].attempts == 1
    resume_campaign(office.runtime())
    office.run(path)
    assert (list(office.statuses().values()), len(office.sent())) == (["failed"], 1)
    sound(office)


def test_nothing_leaves_before_the_hour_that_a_campaign_was_scheduled_for(office):
    path = office.file(*ROWS)
    halted_after(office, path, 1)
    resume_campaign(office.runtime())
    at = office.clock.now() + timedelta(hours=3)
    assert f"{at:%H:%M} UTC" in schedule_campaign(office.runtime(), at.isoformat())
    result = office.run(path, batch_size=1)
    assert (len(office.sent()), result.exit_code) == (1, ExitCode.NOT_FINISHED)
    assert any("scheduled for 22 Nov 2026" in finding.text for finding in result.books.findings)
    with open_ledger(office.folder / "state") as ledger:
        assert batches.next_due(ledger, 1, {BatchState.PLANNED}) == at.timestamp()
    office.clock.turn(hours=3)
    assert office.run(path, batch_size=1).exit_code is ExitCode.DONE
    sound(office)


@pytest.mark.parametrize(
    ("when", "why"),
    [("2026-12-15T09:00", "time zone is missing"), ("tomorrow", "date and a time"), ("2026-01-01T09:00Z", "passed")],
)
def test_a_time_that_could_be_two_or_has_passed_is_refused(office, when, why):
    with pytest.raises(UsageError, match=why):
        schedule_campaign(office.runtime(), when)


@pytest.mark.parametrize("edit", [{"halted_at": ""}, {"halted_why": "nothing"}, {"send_after": 1.0}])
def test_a_halt_that_somebody_takes_out_of_the_ledger_by_hand_is_found(office, edit):
    halted_after(office, office.file(*ROWS), 1)
    schedule_campaign(office.runtime(), "2999-01-01T09:00Z")
    sound(office)
    with open_ledger(office.folder / "state") as ledger, ledger.write("a test") as connection:
        connection.execute(update(schema.campaigns).values(**edit))
    assert any("was changed" in each for each in verify_log(office.folder / "state").differences)


def test_a_campaign_that_is_not_known_cannot_be_halted(office):
    with pytest.raises(UsageError, match='There is no campaign "q4"'):
        halt_campaign(office.runtime(), "wrong amounts")


def test_whoever_works_for_nobody_who_waits_asks_whether_tango_answers_before_it_calls(office):
    office.run(office.file(*ROWS), patience=0)
    with open_campaign(office.runtime()) as campaign, latest_upload(campaign) as file:
        circuit = SharedCircuit(campaign.ledger, account_name(campaign.runtime))
        assert [circuit.failed() for _ in range(5)][-1] == 5
        calls = len(office.tango.requests)
        placed = place_file(campaign, file, PlacingRules(20, turn=Turn(20)), no_progress, prove_newest=True)
        assert ("no usable answer to 5 calls" in placed.stopped, len(office.tango.requests)) == (True, calls)
        placed = place_file(campaign, file, PlacingRules(20), no_progress, prove_newest=True)  # somebody waits
        assert (placed.stopped, len(office.tango.requests) > calls) == ("", True)
