"""A submission is checked, sent and followed by jobs; its state is derived, never stored."""

from __future__ import annotations

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from campaign_runner.app import jobs as work
from campaign_runner.app.halt import drive_again, halt
from campaign_runner.app.jobs import KINDS, MANY, check_what_waits, want_periodic, work_once
from campaign_runner.app.process.executor import aside
from campaign_runner.app.schedule import schedule
from campaign_runner.app.views.upload_view import upload_view
from campaign_runner.app.workspace import Asked
from campaign_runner.intake import fork_server
from campaign_runner.ledger import jobs, pauses, stored_reports, submissions
from campaign_runner.ledger.sendings import sending, want_sent
from campaign_runner.ledger.submission_checks import check_of, problems_of
from campaign_runner.ledger.submission_erasure import erase_of, erase_older
from campaign_runner.model.contact import Contact
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.log import JsonLines
from campaign_runner.settings.sections import PreflightSection
from campaign_runner.settings.workspace_sections import RetentionSection


def wanted(connection):
    """The job of a wish, in hand."""
    jobs.want(connection, "check", 7, "now")
    job = jobs.take(connection, frozenset(KINDS))
    assert job is not None
    return job


ANA_ROW, BO_ROW = "EMAIL,Ana,Silva,ana@example.com,U561593,25", "EMAIL,Bo,Li,bo@example.com,U561593,30"


def test_a_campaign_goes_from_draft_to_finished(house):
    house.create()
    states = [house.state()]
    submission = house.put(ANA_ROW, BO_ROW)
    states.append(house.state())
    work_once(house.workspace)
    states.append(house.state())
    house.want_sent(submission)
    states.append(house.state())
    house.work()
    assert [*states, house.state()] == ["draft", "checking", "ready", "sending", "finished"]
    assert house.view()["rows"]["completed"] == 2


def test_what_is_wrong_in_a_file_is_kept_for_every_door(house):
    house.create()
    submission = house.put("EMAIL,Ana,Silva,ana@@example.com,U561593,25", BO_ROW)
    house.work()
    with house.workspace.ledger().read() as connection:
        problems = problems_of(connection, submission.id)
    assert house.state() == "needs_correction"
    assert [(one["cell"], one["field"], one["value"]) for one in problems] == [
        ("D2", "recipient.email", "ana@@example.com")
    ]


def test_a_file_that_is_no_spreadsheet_is_unusable_with_the_reason(house):
    house.create()
    submission = house.put()
    house.work()
    with house.workspace.ledger().read() as connection:
        check = check_of(connection, submission.id)
    assert check is not None
    assert check.state == "unusable"
    assert check.result["reason"]


def test_reports_are_in_the_ledger_by_name(house):
    house.create()
    submission = house.put(ANA_ROW)
    house.work()
    house.want_sent(submission)
    house.work()
    with house.workspace.ledger().read() as connection:
        names = {row["name"]: row["sha256"] for row in stored_reports.listing(connection, submission.campaign)}
        results = b"".join(stored_reports.read(connection, names["results.csv"]))
    assert b"ana@example.com" in results
    assert b"completed" in results


def test_only_the_plan_that_was_wanted_is_sent(house):
    house.create()
    first = house.put(ANA_ROW)
    house.work()
    plan = house.want_sent(first)
    second = house.put(ANA_ROW, BO_ROW)
    house.work()
    house.want_sent(second)
    with house.workspace.ledger().write("test") as connection:
        wish = sending(connection, first.campaign)
        assert wish is not None
        want_sent(connection, first.campaign, wish._replace(plan=plan))
    house.work()
    assert "is not what would be sent now" in house.view()["refused"]


def test_a_wish_made_while_the_work_is_under_way_is_not_lost(house):
    with house.workspace.ledger().write("test") as connection:
        job = wanted(connection)
        jobs.want(connection, "check", 7, "now")
        jobs.done(connection, job, None)
        assert jobs.is_wanted(connection, "check", 7)
        again = jobs.take(connection, frozenset(KINDS))
        assert again is not None
        jobs.done(connection, again, None)
        assert not jobs.is_wanted(connection, "check", 7)


def test_a_job_in_hand_is_nobody_elses(house):
    with house.workspace.ledger().write("test") as connection:
        jobs.want(connection, "check", 7, "now")
        assert jobs.take(connection, frozenset(KINDS)) is not None
        assert jobs.take(connection, frozenset(KINDS)) is None


def test_a_worker_that_lost_its_job_cannot_end_it(house):
    with house.workspace.ledger().write("test") as connection:
        job = wanted(connection)
        jobs.done(connection, job._replace(fence=job.fence - 1), None)
        assert jobs.is_wanted(connection, "check", 7)


def test_a_job_that_fails_is_tried_again_later_and_says_where_the_reason_is(house, caplog):
    with house.workspace.ledger().write("test") as connection:
        jobs.want(connection, "check", 404, "now")
    assert work_once(house.workspace)
    with house.workspace.ledger().read() as connection:
        assert (jobs.until_due(connection, "check", "404") or 0) > 0
        said = jobs.error_of(connection, "check", "404")
    assert re.fullmatch(r"The program failed \(reference (\w{8})\). The log of the worker says why, .*", said)
    (line,) = [json.loads(JsonLines().format(record)) for record in caplog.records if record.msg == "job failed"]
    assert (line["error"], f"(reference {line['fault']})" in said) == ("NoResultFound", True)


def test_a_job_that_is_refused_says_so_without_anybodys_address(house, monkeypatch):
    def refuse(*_):
        raise FileUnusable("Row 3: ana@example.com is there twice. Correct the file.")

    monkeypatch.setattr("campaign_runner.app.check_submission.check_submission", refuse)
    house.create()
    submission = house.put(ANA_ROW)
    assert work_once(house.workspace)
    shown = upload_view(house.workspace, submission.campaign, submission.number)
    assert (shown["state"], shown["reason"]) == ("checking", "Row 3: […] is there twice. Correct the file.")


def test_every_kind_of_work_can_be_imported():
    from importlib import import_module

    assert all(callable(getattr(import_module(kind.module), kind.function)) for kind in KINDS.values())


def test_a_file_that_was_never_sent_is_erased_with_what_was_found_in_it(house):
    house.create()
    submission = house.put("EMAIL,Ana,Silva,ana@@example.com,U561593,25", BO_ROW)
    house.work()
    with house.workspace.ledger().write("test") as connection:
        assert erase_older(connection, "2099", [], "now", dry_run=True) == 1
        assert erase_older(connection, "2099", [], "now", dry_run=False) == 1
        assert problems_of(connection, submission.id) == []
        assert stored_reports.listing(connection, submission.campaign, "1") == []
    assert house.view()["rows"]["rejected"] == 1


def test_a_recipient_is_erased_from_files_that_were_never_sent(house):
    house.create()
    house.put(ANA_ROW, BO_ROW)
    house.work()
    with house.workspace.ledger().write("test") as connection:
        assert erase_of(connection, Contact("carl@example.com"), [], "now", dry_run=False) == 0
        assert erase_of(connection, Contact("bo@example.com"), [], "now", dry_run=False) == 1
        assert submissions.listing(connection, 1)[0].erased_at == "now"


def test_a_halted_campaign_sends_nothing_until_it_is_resumed(house):
    key = house.create()
    submission = house.put(ANA_ROW)
    house.work()
    with house.workspace.ledger().write("test") as connection:
        halt(connection, key, "wrong amounts", house.workspace.at())
    house.want_sent(submission)
    house.work()
    assert (house.state(), list(house.tango.orders())) == ("halted", [])
    with house.workspace.ledger().write("test") as connection:
        pauses.resume(connection, key, house.workspace.at())
        drive_again(connection, key, house.workspace.at())
    house.work()
    assert house.state() == "finished"


def test_a_scheduled_campaign_is_not_sent_before_its_hour(house):
    key = house.create()
    submission = house.put(ANA_ROW)
    house.work()
    with house.workspace.ledger().write("test") as connection:
        schedule(connection, key, datetime(2099, 1, 1, tzinfo=UTC), house.workspace.at())
    house.want_sent(submission)
    house.work(at_most=3)
    assert (house.state(), list(house.tango.orders())) == ("scheduled", [])


def test_old_personal_data_is_erased_every_night(house):
    house.create()
    submission = house.put(ANA_ROW)
    house.work()
    house.want_sent(submission)
    house.work()
    house.clock.turn(days=40)
    kept = RetentionSection(days=30)
    workspace = replace(house.workspace, settings=house.workspace.settings.model_copy(update={"retention": kept}))
    want_periodic(workspace)
    want_periodic(workspace)
    assert work_once(workspace, (jobs.RETENTION, ""))
    with workspace.ledger().read() as connection:
        assert (jobs.until_due(connection, "retention", "") or 0) > 86_000
        assert submissions.get(connection, submission.id).erased_at
    workspace.close()


@pytest.mark.parametrize("kind", [jobs.DRIVE, jobs.REPORT, jobs.RETRY])
def test_work_on_a_campaign_that_a_run_holds_comes_again_soon_and_is_no_failure(house, kind):
    key = house.create()
    submission = house.put(ANA_ROW)
    house.work()
    house.want_sent(submission)
    house.work()
    with house.workspace.ledger().write("test") as connection:
        jobs.want(connection, kind, key, "now")
    with house.workspace.ledger().hold("simulator-q4"):
        assert work_once(house.workspace, (kind, str(key)))
    with house.workspace.ledger().read() as connection:
        assert 0 < (jobs.until_due(connection, kind, str(key)) or 0) <= 2
        assert not jobs.failing(connection)


def test_what_is_said_for_one_file_wins_over_the_campaign_and_accepted_warnings_add_up(house):
    key = house.create(settings={"columns": {"Mail": "shipping.contactEmail", "Reward no": "utid"}})
    weekend = PreflightSection(accept=("weekend",))
    workspace = replace(house.workspace, settings=house.workspace.settings.model_copy(update={"preflight": weekend}))
    whole = workspace.settings_of(key, Asked({"Mail": "recipient.email"}, ("amount",)))
    assert whole.columns == {"Mail": "recipient.email", "Reward no": "utid"}
    assert whole.preflight.accept == ("weekend", "amount")
    workspace.close()


def test_another_process_checks_the_files_that_wait_and_does_nothing_else(house):
    for campaign in ("one", "two"):
        house.create(campaign)
        house.put(ANA_ROW, BO_ROW, campaign=campaign)
    want_periodic(house.workspace)
    fork_server.end()
    with ThreadPoolExecutor(1) as pool:  # from a thread: then it is a Python of its own, without our open ledgers
        pool.submit(fork_server.start).result()
    with aside(partial(check_what_waits, None, house.workspace.state, None)) as ended:
        ended.result(100)
    with house.workspace.ledger().read() as connection:
        assert [jobs.how_many_due(connection, kind) for kind in (jobs.CHECK, jobs.NOTIFY)] == [0, 1]
    assert [house.state(campaign) for campaign in ("one", "two")] == ["ready", "ready"]


def test_where_there_is_no_other_process_all_files_are_checked_in_this_one(house, monkeypatch):
    def nowhere(_):
        raise OSError

    monkeypatch.setattr(work, "spare", lambda: 1)
    monkeypatch.setattr(work, "aside", nowhere)
    for number in range(MANY):
        house.create(f"c{number}")
        house.put(ANA_ROW, campaign=f"c{number}")
    loop = threading.Thread(target=work.work_until_stopped, args=(house.workspace,))
    loop.start()
    until = time.monotonic() + 60
    while house.state(f"c{MANY - 1}") == "checking" and time.monotonic() < until:
        time.sleep(0.05)
    house.workspace.stopping.set()
    loop.join()
    assert [house.state(f"c{number}") for number in range(MANY)] == ["ready"] * MANY
