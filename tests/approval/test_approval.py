"""A plan above the limit is placed only after somebody else said yes to that very plan."""

from __future__ import annotations

import pytest

from campaign_runner.app import approve as approval
from campaign_runner.app.approve import reject_plan
from campaign_runner.app.run import run_file
from campaign_runner.app.status import campaign_status
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode, RefusedBeforeSending, UsageError
from tests.approval.conftest import ANA, BEN, CLEO, FAILS, FINANCE
from tests.pipeline.decided import release_rows


def test_a_run_without_its_approval_is_refused_and_says_how_to_get_it(office, reviewed):
    path = office.file(ANA, BEN)
    with pytest.raises(RefusedBeforeSending) as refused:
        reviewed.run(path)
    plan, page = reviewed.read()["plan"], office.folder / "reports" / "q4" / "plan.html"
    assert str(refused.value) == (
        "This plan needs an approval: the file sends 35.50 USD, and [approval] required_above is 30.00 USD. "
        f"Nothing was sent. {page} shows what it would send. It can be approved or rejected by finance@example.com or "
        "hanna@example.com: send them plan.html, which names the plan."
    )
    assert plan in page.read_text("utf-8")
    assert refused.value.exit_code is ExitCode.REFUSED
    assert office.sent() == []


def test_an_approved_plan_is_run_and_its_identity_stands_in_the_log(office, reviewed):
    path = office.file(ANA, BEN)
    plan = reviewed.plan(path)["plan"]
    assert reviewed.approve(plan[:8]) == f"Plan {plan[:12]} of q4.csv, 2 lines, 35.50 USD: approved by {FINANCE}."
    assert reviewed.run(path).exit_code is ExitCode.DONE
    (campaign,) = campaign_status(office.folder / "state")
    told = [event.text for event in campaign.events]
    assert any(text.startswith(f"plan approved: by {FINANCE}, plan {plan} [") for text in told)
    assert any(text.startswith("file planned") and plan in text for text in told)


def test_what_comes_to_less_needs_nobody(office, reviewed):
    path = office.file(ANA)
    assert reviewed.plan(path)["approval"] == {"state": "not needed", "says": "No approval is needed.", "command": ""}
    assert reviewed.run(path).exit_code is ExitCode.DONE


def test_a_changed_file_makes_the_approval_void(office, reviewed):
    reviewed.approve(reviewed.plan(office.file(ANA, BEN))["plan"])
    with pytest.raises(RefusedBeforeSending, match="This plan needs an approval"):
        reviewed.run(office.file(ANA, BEN, CLEO))
    assert office.sent() == []


def test_a_released_row_makes_the_approval_void(office, reviewed):
    path = office.file(ANA, ANA, BEN)
    reviewed.approve(reviewed.plan(path)["plan"])
    reviewed.run(path)
    release_rows(office.runtime(), [3], "two prizes")
    with pytest.raises(RefusedBeforeSending, match=r"the file sends 60\.50 USD"):
        reviewed.run(path)
    assert len(office.sent()) == 2


def test_an_interrupted_run_of_an_approved_plan_goes_on_without_asking(office, reviewed):
    path = office.file(ANA, BEN)
    reviewed.approve(reviewed.plan(path)["plan"])
    office.tango.set_faults([{"kind": "503", "call": "place", "times": 40}])
    assert reviewed.run(path, patience=0).exit_code is ExitCode.NOT_FINISHED
    office.tango.set_faults([])
    office.clock.turn(seconds=120)
    assert reviewed.run(path, who="somebody else").exit_code is ExitCode.DONE


def test_half_a_plan_that_was_sent_is_still_the_same_plan(office, reviewed):
    path = office.file(ANA, FAILS)
    plan = reviewed.plan(path)["plan"]
    reviewed.approve(plan)
    reviewed.run(path)
    assert reviewed.plan(path)["plan"] == plan


def test_whoever_hands_the_file_in_may_not_approve_it(office, reviewed):
    plan = reviewed.plan(office.file(ANA, BEN))["plan"]
    with pytest.raises(UsageError) as refused:
        reviewed.approve(plan, "Hanna@example.com")
    assert str(refused.value) == (
        "Hanna@example.com submitted the file; a second person must approve it ([approval] not_by_submitter). "
        "Nothing was recorded."
    )


def test_whoever_approved_a_plan_may_not_run_it(office, reviewed):
    path = office.file(ANA, BEN)
    reviewed.approve(reviewed.plan(path)["plan"])
    with pytest.raises(RefusedBeforeSending, match=r"does not count: finance@example\.com submitted the file"):
        reviewed.run(path, who=FINANCE)


def test_one_person_will_do_where_the_settings_say_so(office, reviewed):
    office.values["approval"]["not_by_submitter"] = False
    path = office.file(ANA, BEN)
    reviewed.approve(reviewed.plan(path)["plan"], "hanna@example.com")
    assert reviewed.run(path).exit_code is ExitCode.DONE


def test_only_an_approver_can_approve(office, reviewed):
    plan = reviewed.plan(office.file(ANA, BEN))["plan"]
    with pytest.raises(UsageError) as refused:
        reviewed.approve(plan, "ed@example.com")
    assert str(refused.value) == (
        "Ed@example.com is not one of [approval] approvers (finance@example.com, hanna@example.com). "
        "Nothing was recorded."
    )


def test_the_yes_of_somebody_who_is_no_approver_any_more_does_not_count(office, reviewed):
    path = office.file(ANA, BEN)
    reviewed.approve(reviewed.plan(path)["plan"])
    office.values["approval"]["approvers"] = ["new@example.com"]
    with pytest.raises(RefusedBeforeSending, match=r"does not count: finance@example\.com is not one of"):
        reviewed.run(path)


def test_a_rejected_plan_is_refused_with_the_reason(office, reviewed):
    path = office.file(ANA, BEN)
    plan = reviewed.plan(path)["plan"]
    reject_plan(office.runtime(), plan, FINANCE, "Ben left in June")
    with pytest.raises(RefusedBeforeSending) as refused:
        reviewed.run(path)
    assert str(refused.value).startswith(
        'finance@example.com rejected this plan on 22 Nov 2026: "Ben left in June". Nothing was sent. '
    )
    assert reviewed.read()["approval"]["state"] == "rejected"


def test_a_small_plan_can_be_rejected_too(office, reviewed):
    path = office.file(ANA)
    reject_plan(office.runtime(), reviewed.plan(path)["plan"], "ed", "not yet")
    with pytest.raises(RefusedBeforeSending, match="not yet"):
        reviewed.run(path)


def test_the_newest_decision_counts(office, reviewed):
    path = office.file(ANA, BEN)
    plan = reviewed.plan(path)["plan"]
    reject_plan(office.runtime(), plan, FINANCE, "wait for the budget")
    reviewed.approve(plan)
    assert reviewed.run(path).exit_code is ExitCode.DONE


def test_a_plan_that_is_rejected_half_way_sends_no_more(office, reviewed):
    path = office.file(ANA, BEN)
    plan = reviewed.plan(path)["plan"]
    reviewed.approve(plan)
    office.tango.set_faults([{"kind": "429", "call": "place", "times": 40}])
    reviewed.run(path, patience=0)
    office.tango.set_faults([])
    reject_plan(office.runtime(), plan, FINANCE, "stop")
    with pytest.raises(RefusedBeforeSending, match='"stop"'):
        reviewed.run(path)


def test_a_rejection_needs_a_reason_and_a_decision_a_name(office, reviewed):
    plan = reviewed.plan(office.file(ANA, BEN))["plan"]
    with pytest.raises(UsageError, match="Give a reason with --reason"):
        reject_plan(office.runtime(), plan, FINANCE, " ")
    with pytest.raises(UsageError, match="Give your name with --as NAME"):
        reviewed.approve(plan, " ")


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("abc", "--plan abc: give at least the first 8 characters of the plan."),
        ("00000000", "--plan 00000000: there is no such plan of this campaign. Known: {plan}. "
                     "`campaign-runner plan FILE` shows a plan's hash."),
    ],
)  # fmt: skip
def test_a_plan_is_named_by_the_beginning_of_its_hash(office, reviewed, prefix, said):
    plan = reviewed.plan(office.file(ANA, BEN))["plan"]
    with pytest.raises(UsageError) as refused:
        reviewed.approve(prefix)
    assert str(refused.value) == said.format(plan=plan[:12])


def test_a_campaign_that_was_only_looked_at_can_still_change_its_account(office, reviewed):
    path = office.file(ANA)
    reviewed.plan(path)
    assert office.run(path, account="another-account").exit_code is ExitCode.DONE


def test_turning_approval_on_stops_what_is_left_of_an_older_run(office, reviewed):
    limits = office.values.pop("approval")
    path = office.file(ANA, BEN)
    office.tango.set_faults([{"kind": "429", "call": "place", "times": 40}])
    run_file(ReadOptions(path), office.runtime(), patience=0)
    office.tango.set_faults([])
    office.values["approval"] = limits
    with pytest.raises(RefusedBeforeSending, match="needs an approval"):
        reviewed.run(path)
    assert office.sent() == []


def test_without_a_name_the_user_of_the_machine_is_the_submitter(office, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "hanna")
    assert approval.submitter(office.runtime()) == "hanna"
    office.values |= {"approval": {"submitter": "hr@example.com"}}
    assert approval.submitter(office.runtime()) == "hr@example.com"
