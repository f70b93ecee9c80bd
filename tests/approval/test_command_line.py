"""The commands approve and reject, and the options that keep a run back, as the shell gives them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from campaign_runner.entrypoints import cli
from campaign_runner.model.errors import ExitCode
from tests.approval.conftest import ANA, BEN, FAILS
from tests.pipeline.conftest import HEADERS

TOML = """
[campaign]
id = "q4"
[tango]
requests_per_second = 0
batch_size = 1
[approval]
required_above = { USD = 30 }
approvers = ["finance@example.com"]
submitter = "hanna"
shared_account = true
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "campaign.toml").write_text(TOML, "utf-8")
    (tmp_path / "q4.csv").write_text("\n".join([",".join(HEADERS), ANA, BEN]) + "\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    return int(ended.value.code or 0)


def test_plan_approve_run(desk, capsys):
    assert call("run", "q4.csv") == ExitCode.REFUSED
    refused = capsys.readouterr().err
    assert "approved or rejected by finance@example.com: send them plan.html" in refused
    assert "campaign-runner approve" not in refused
    assert call("plan", "q4.csv", "--json") == ExitCode.DONE
    said = json.loads(capsys.readouterr().out)
    assert said["approval"] == "open"
    assert call("approve", "q4", "--plan", said["plan"][:10], "--as", "finance@example.com") == ExitCode.DONE
    assert "approved by finance@example.com" in capsys.readouterr().out
    assert call("run", "q4.csv") == ExitCode.DONE


def test_a_plan_names_itself_on_the_screen(desk, capsys):
    assert call("plan", "q4.csv") == ExitCode.DONE
    told = capsys.readouterr().out
    plan = json.loads((desk / "reports/q4/plan.json").read_text("utf-8"))["plan"]
    assert f"Plan {plan}. This plan needs an approval: the file sends 35.50 USD" in told
    assert "It can be approved or rejected by finance@example.com: send them plan.html" in told
    assert "campaign-runner approve" not in told


def test_the_account_that_submitted_cannot_approve_under_another_name(desk, capsys):
    (desk / "campaign.toml").write_text(TOML.replace("shared_account = true", ""), "utf-8")
    call("plan", "q4.csv", "--json")
    plan = json.loads(capsys.readouterr().out)["plan"]
    assert call("approve", "q4", "--plan", plan, "--as", "finance@example.com") == ExitCode.USAGE
    error = capsys.readouterr().err
    assert "Finance@example.com approves from the account" in error
    assert "under which the file was submitted; a second person approves from an account of their own" in error
    assert call("run", "q4.csv") == ExitCode.REFUSED


def test_reject_says_why_to_whoever_runs_it(desk, capsys):
    call("plan", "q4.csv", "--json")
    plan = json.loads(capsys.readouterr().out)["plan"]
    assert (
        call("reject", "q4", "--plan", plan, "--as", "finance@example.com", "--reason", "no budget") == ExitCode.DONE
    )
    assert call("run", "q4.csv") == ExitCode.REFUSED
    assert "rejected this plan on" in capsys.readouterr().err


def test_an_approval_by_whoever_handed_the_file_in_is_wrong_usage(desk, capsys):
    call("plan", "q4.csv", "--as", "finance@example.com", "--json")
    plan = json.loads(capsys.readouterr().out)["plan"]
    assert call("approve", "q4", "--plan", plan, "--as", "finance@example.com") == ExitCode.USAGE
    assert "submitted the file; a second person must approve it" in capsys.readouterr().err


def test_a_failing_canary_ends_with_6_and_a_run_without_one_goes_on(desk, capsys):
    small = TOML.partition("[approval]")[0]
    (desk / "campaign.toml").write_text(small, "utf-8")
    (desk / "q4.csv").write_text("\n".join([",".join(HEADERS), FAILS, ANA.replace("ana@", "amy@")]) + "\n", "utf-8")
    first = call("run", "q4.csv", "--canary", "1", "--max-failure-rate", "0%")
    assert first in (ExitCode.STOPPED, ExitCode.NEEDS_ACTION)  # which line goes first depends on its reference alone


@pytest.mark.parametrize("rate", ["lots", "101%", "-1"])
def test_a_failure_rate_is_a_share(desk, capsys, rate):
    assert call("run", "q4.csv", "--max-failure-rate", rate) == ExitCode.USAGE
    assert f"--max-failure-rate {rate}: give a share, such as 5% or 0.05." in capsys.readouterr().err
