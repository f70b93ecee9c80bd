"""Approval by the day and not by the file alone, and a policy that neither campaign.toml nor the environment beats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from campaign_runner import settings
from campaign_runner.app.approve import approve_plan
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger import events, open_ledger
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import ExitCode, RefusedBeforeSending, SettingsError, UsageError
from campaign_runner.settings import policy
from tests.approval.conftest import FINANCE


def person(number: int, amount: str = "35") -> str:
    first, last = {1: ("Ana", "Silva"), 2: ("Ben", "Ng"), 3: ("Cleo", "Roe")}[number]
    return f"{number},EMAIL,{first},{last},{first.lower()}{number}@example.com,,U561593,{amount}"


@pytest.fixture
def above_40(office, reviewed):
    office.values["approval"] = {"required_above": {"USD": 40}, "approvers": [FINANCE]}
    return reviewed


def test_three_files_of_35_within_a_day_need_an_approval_each_after_the_first(office, above_40):
    assert above_40.run(office.file(person(1), name="a.csv")).exit_code is ExitCode.DONE
    with pytest.raises(RefusedBeforeSending) as refused:
        above_40.run(office.file(person(2), name="b.csv"))
    assert str(refused.value).startswith(
        "This plan needs an approval: the file sends 35.00 USD, this campaign sent 35.00 USD within a day, 70.00 USD "
        "together, and [approval] required_above is 40.00 USD. Nothing was sent."
    )
    above_40.approve(above_40.plan(office.folder / "b.csv")["plan"])
    assert above_40.run(office.folder / "b.csv").exit_code is ExitCode.DONE
    with pytest.raises(
        RefusedBeforeSending, match=r"this campaign sent 70\.00 USD within a day, 105\.00 USD together"
    ):
        above_40.run(office.file(person(3), name="c.csv"))
    assert len(office.sent()) == 2


def test_a_file_that_grows_counts_each_line_once(office, above_40):
    above_40.run(office.file(person(1, "20")))
    assert above_40.run(office.file(person(1, "20"), person(2, "15"))).exit_code is ExitCode.DONE


def test_what_was_sent_the_day_before_yesterday_does_not_count(office, above_40):
    above_40.run(office.file(person(1), name="a.csv"))
    office.clock.turn(days=1, minutes=1)
    assert above_40.run(office.file(person(2), name="b.csv")).exit_code is ExitCode.DONE


def test_what_failed_does_not_count(office, above_40):
    above_40.run(office.file(person(1).replace("ana1@", "sim-fails@"), name="a.csv"))
    assert above_40.run(office.file(person(2), name="b.csv")).exit_code is ExitCode.DONE


def test_the_rule_in_force_and_both_accounts_are_in_the_log(office, above_40):
    path = office.file(person(1), person(2))
    above_40.approve(above_40.plan(path)["plan"])
    above_40.run(path)
    with open_ledger(office.folder / "state") as ledger, ledger.read() as connection:
        log = {event["kind"]: event for event in events.every(connection)}
    for kind, user in (("plan shown", "hanna"), ("plan approved", "finance"), ("file planned", "hanna")):
        assert log[kind]["data"]["rule"]["required_above"] == {"USD": "40"}
        assert str(log[kind]["actor"]) == f"{user}@pc-1"


def test_one_account_is_one_person_whatever_it_calls_itself(office, above_40):
    path = office.file(person(1), person(2))
    plan = above_40.plan(path)["plan"]
    same = above_40.runtime(FINANCE)
    same = replace(same, actor=Actor("HANNA", "pc-2"))
    with pytest.raises(UsageError, match="approves from the account HANNA, under which the file was submitted"):
        approve_plan(same, plan, FINANCE)
    above_40.approve(plan)
    runner = above_40.runtime("hanna")
    runner = replace(runner, actor=Actor("finance", "pc-1"))
    with pytest.raises(RefusedBeforeSending, match=r"does not count: finance@example\.com approves from the account"):
        run_file(ReadOptions(path), runner)


def test_people_who_share_an_account_can_say_so(office, above_40):
    office.values["approval"]["shared_account"] = True
    path = office.file(person(1), person(2))
    plan = above_40.plan(path)["plan"]
    runtime = above_40.runtime()
    assert approve_plan(runtime, plan, FINANCE).by == FINANCE
    assert above_40.run(path).exit_code is ExitCode.DONE


# ---- the operator's policy -------------------------------------------------------------------------------------------

TOML = """
[campaign]
id = "q4"
[approval]
required_above = { USD = 1000000, EUR = 5 }
not_by_submitter = false
shared_account = true
[limits]
max_total = { USD = 10 }
max_rows = 9000
"""
POLICY = """
[approval]
required_above = { USD = 40 }
[limits]
max_total = { USD = 50 }
max_rows = 100
"""


@pytest.fixture
def with_policy(tmp_path, monkeypatch):
    """`with_policy(text)` -> the settings of campaign.toml under this policy."""
    (tmp_path / "campaign.toml").write_text(TOML, "utf-8")

    def load(text: str = POLICY) -> settings.Settings:
        (tmp_path / "policy.toml").write_text(text, "utf-8")
        (tmp_path / "policy.toml").chmod(0o644)
        monkeypatch.setenv("CAMPAIGN_RUNNER_POLICY", str(tmp_path / "policy.toml"))
        return settings.load(tmp_path / "campaign.toml")

    return load


def test_of_two_limits_the_lower_one_counts(with_policy):
    found = with_policy()
    assert {name: int(most) for name, most in found.approval.required_above.items()} == {"USD": 40, "EUR": 5}
    assert (found.approval.not_by_submitter, found.approval.shared_account) == (True, False)
    assert (found.limits.max_rows, int(found.limits.max_total["USD"])) == (100, 10)


def test_the_environment_does_not_beat_the_policy(with_policy, monkeypatch, tmp_path):
    monkeypatch.setenv("CAMPAIGN_RUNNER__APPROVAL__REQUIRED_ABOVE", '{"USD": 1000000}')
    found = with_policy()
    assert int(found.approval.required_above["USD"]) == 40
    assert found.approval_rule["from"] == f"policy {tmp_path / 'policy.toml'}"


def test_the_log_tells_where_a_rule_came_from(tmp_path, monkeypatch):
    (tmp_path / "campaign.toml").write_text(TOML, "utf-8")
    assert settings.load(tmp_path / "campaign.toml").approval_rule["from"] == str(tmp_path / "campaign.toml")
    monkeypatch.setenv("CAMPAIGN_RUNNER__APPROVAL__REQUIRED_ABOVE", "{ USD = 3 }")
    assert settings.load(tmp_path / "campaign.toml").approval_rule["from"] == "environment"


def test_the_policy_of_the_machine_comes_before_one_that_the_environment_names(with_policy, monkeypatch, tmp_path):
    (tmp_path / "machine.toml").write_text("[approval]\nrequired_above = { USD = 7 }\n")
    (tmp_path / "machine.toml").chmod(0o644)
    monkeypatch.setattr(policy, "PLACE", tmp_path / "machine.toml")
    assert int(with_policy().approval.required_above["USD"]) == 7


@pytest.mark.parametrize(("mode", "why"), [(0o666, "it is writable by others"), (0o664, "it is writable by others")])
def test_a_policy_that_others_can_write_is_refused(with_policy, tmp_path, mode, why):
    with_policy()
    (tmp_path / "policy.toml").chmod(mode)
    with pytest.raises(SettingsError, match=f"this policy cannot be trusted: {why}"):
        settings.load(tmp_path / "campaign.toml")


def test_a_policy_in_a_folder_that_others_can_write_is_refused(with_policy, tmp_path):
    with_policy()
    tmp_path.chmod(0o777)
    with pytest.raises(SettingsError, match=r"the folder .* is writable by others"):
        settings.load(tmp_path / "campaign.toml")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(("text", "said"), [
    ("[approval]\nrequired_abve = { USD = 1 }", "required_abve"),
    ("[limits]\nmax_rows = 0", "max_rows"),
    ("[limits", "the policy cannot be read"),
])  # fmt: skip
def test_a_policy_with_a_mistake_is_refused_and_the_mistake_named(with_policy, text, said):
    with pytest.raises(SettingsError, match=said):
        with_policy(text)


@pytest.mark.skipif(os.geteuid() != 0, reason="another account is needed")
def test_the_submitter_own_file_is_no_policy(tmp_path):
    """Run as another account, which owns the file that it names."""
    code = """
import os, pathlib, tempfile
from campaign_runner.settings import policy
os.setuid(65534)
file = pathlib.Path(tempfile.mkdtemp()) / "policy.toml"
file.touch(0o600)
try:
    policy.load({"CAMPAIGN_RUNNER_POLICY": str(file)})
except Exception as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert "the account that runs this program can write it" in told.stdout, told.stderr


def test_rules_in_events_are_plain_values(with_policy):
    assert json.loads(json.dumps(with_policy().approval_rule))["required_above"] == {"EUR": "5", "USD": "40"}
