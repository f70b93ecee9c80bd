"""The command line as scripts and people meet it: what goes where, what is asked, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign_runner.entrypoints import cli
from campaign_runner.entrypoints.cli import COMMANDS, options
from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.errors import CampaignRunnerError, UsageError

SAMPLES = Path(__file__).parent.parent / "samples"
CAMPAIGN = "2026-q4-recognition"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`command("check", "email.csv")` -> exit code, standard output, standard error; unpaced, beside the samples."""
    for name in [name for name in os.environ if name.startswith(("TANGO_", "CAMPAIGN_RUNNER__"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__REQUESTS_PER_SECOND", "0")
    for name in ("campaign.toml", "email.csv", "quarterly.xlsx"):
        shutil.copy(SAMPLES / name, tmp_path)
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


class Screen(io.StringIO):
    """A standard stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_json_puts_one_object_on_standard_output_and_nothing_else(command):
    code, out, _ = command("check", "quarterly.xlsx", "--json")
    assert (code, json.loads(out)["exit_code"], json.loads(out)["rows"]["rejected"]) == (1, 1, 8)


def test_an_error_is_an_object_too(command):
    code, out, error = command("check", "nowhere.csv", "--json")
    assert json.loads(out) == {"error": error.removeprefix("campaign-runner: ").strip(), "exit_code": code}


def test_quiet_says_nothing_but_errors(command):
    assert command("check", "email.csv", "--quiet") == (0, "", "")
    assert command("check", "nowhere.csv", "--quiet")[2].startswith("campaign-runner: nowhere.csv")


def test_a_run_that_does_not_wait_ends_with_5_and_track_goes_on(command):
    assert command("run", "email.csv", "--wait", "0")[0] == 5
    assert command("track")[0] == 5
    assert command("track", CAMPAIGN)[0] == 0
    assert command("run", "email.csv")[0] == 0


def test_a_dry_run_sends_nothing(command):
    code, out, _ = command("run", "email.csv", "--dry-run")
    assert code == 0
    assert "Nothing was sent now." in out
    assert all(not campaign["lines"] for campaign in json.loads(command("status", "--json")[1])["campaigns"])


def test_status_of_an_empty_ledger_says_how_to_begin(command):
    assert command("status") == (0, "No campaigns yet. Start with: campaign-runner run FILE\n", "")


def test_status_explain_and_reports_speak_of_what_was_placed(command):
    command("run", "email.csv", "--wait", "0")
    assert CAMPAIGN in command("status")[1]
    assert "order planned -> sending" in command("explain", CAMPAIGN, "2")[1]
    assert json.loads(command("explain", CAMPAIGN, "2", "--json")[1])["status"] == "pending"
    assert json.loads(command("status", CAMPAIGN, "--json")[1])["campaigns"][0]["lines"] == {"pending": 5}
    assert command("reports", CAMPAIGN)[0] == 5


def test_a_campaign_that_does_not_exist_is_named(command):
    assert command("status", "q3")[2].startswith(
        'campaign-runner: There is no campaign "q3" in this ledger. Check the name and --state. The state folder is '
    )


def test_doctor_finds_everything_in_place(command):
    code, out, _ = command("doctor")
    assert code == 0
    assert [line for line in out.splitlines() if not line.startswith("ok ")] == []


def test_init_does_not_replace_what_is_there_unless_told_to(command):
    assert command("init", "mine")[0] == 0
    code, _, error = command("init", "mine")
    assert code == 2
    assert "exists already. Choose another name, or use --yes to replace it." in error
    assert command("init", "mine", "--yes")[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rules", "FAX"], 'There is no delivery method "FAX". Known: ADDRESS'),
        (["template", "x.pdf"], "a template is a .xlsx or a .csv file"),
        (["template", "x.csv", "--method", "FAX"], 'There is no delivery method "FAX"'),
        (
            ["check", "email.csv", "--hidden", "show"],
            "Error: Invalid value for '--hidden': 'show' is not one of 'hold', 'include', 'skip'",
        ),
        (["run", "email.csv", "--wait", "soon"], "--wait soon: give seconds or a number with s, m, h or d"),
        (["check", "email.csv", "--config", "no.toml"], "no.toml: there is no such file"),
        (["check", "email.csv", "--schemas", "mine"], "mine"),
        (["init", "email.csv/mine"], "cannot be written"),
    ],
)
def test_wrong_usage_is_told_with_what_would_do(command, words, sentence):
    code, out, error = command(*words)
    assert (code, out) == (2, "")
    assert sentence in error


def test_rules_can_be_read_by_machines(command):
    found = json.loads(command("rules", "EMAIL", "--json")[1])["rules"]
    assert found[0]["Field"] == "deliveryMethod"


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5d", 129600)]
)
def test_a_duration_is_a_number_and_a_unit(text, seconds):
    assert options.seconds(text) == seconds


@pytest.mark.parametrize("name", [*COMMANDS, "audit verify", "audit export"])
def test_help_of_every_command_has_an_example_of_it(command, name):
    code, out, _ = command(*name.split(), "--help")
    assert code == 0
    assert f"Example: campaign-runner {name}" in " ".join(out.split())


@pytest.mark.parametrize("group", [[], ["audit"], ["person"], ["user"], ["token"], ["webhook"]])
def test_no_sentence_of_a_list_of_commands_is_cut(command, group):
    code, out, _ = command(*group, "--help")
    assert code == 0
    assert "..." not in out.partition("Commands:")[2]


@pytest.mark.parametrize(("answer", "replaced"), [("y", True), ("Yes", True), ("", False), ("no", False)])
def test_a_person_at_the_terminal_is_asked(tmp_path, monkeypatch, answer, replaced):
    monkeypatch.setattr(sys, "stdin", Screen(f"{answer}\n"))
    if replaced:
        Terminal().may_overwrite(tmp_path, yes=False)
    else:
        with pytest.raises(UsageError, match="was not replaced"):
            Terminal().may_overwrite(tmp_path, yes=False)


def test_a_terminal_gets_bars_that_go_away(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with Terminal().progress() as progress:
        progress("check", 10, 20)
        progress("check", 20, 20)
        progress("place", 3, None)
    shown = screen.getvalue()
    assert "Checking rows" in shown
    after = shown[shown.rindex("Placing and following orders") :]
    assert after.count("\x1b[2K") >= 2, "each bar's line is erased at the end"


def test_a_log_file_gets_a_line_every_ten_seconds(monkeypatch, capsys):
    times = iter([0.0, 1.0, 11.0, 11.0, 12.0, 30.0, 30.0])
    monkeypatch.setattr("campaign_runner.entrypoints.cli.terminal.time.monotonic", lambda: next(times))
    with Terminal().progress() as progress:
        for done, total in ((1, 5000), (2000, 5000), (3000, 5000), (4000, None)):
            progress("check", done, total)
    assert capsys.readouterr().err == "Checking rows: 2,000 of 5,000\nChecking rows: 4,000\n"


def test_the_error_of_a_person_is_told_in_one_line(capsys):
    Terminal().error(CampaignRunnerError("The disk is full."))
    assert capsys.readouterr() == ("", "campaign-runner: The disk is full.\n")


def test_with_json_a_wrong_option_is_an_object_too(command):
    code, out, error = command("check", "email.csv", "--no-such-option", "--json")
    assert (code, json.loads(out)["exit_code"]) == (2, 2)
    assert "no-such-option" in json.loads(out)["error"]
    assert "no-such-option" in error


def test_with_json_a_fault_of_the_program_is_an_object_too(command, monkeypatch):
    monkeypatch.setattr("campaign_runner.app.check.check_file", lambda *_, **__: 1 / 0)
    code, out, error = command("check", "email.csv", "--json")
    assert (code, json.loads(out)["exit_code"]) == (70, 70)
    assert "ZeroDivisionError" in error


def test_quiet_says_one_line_where_the_exit_code_is_not_0(command):
    code, out, error = command("check", "quarterly.xlsx", "--quiet")
    assert (code, out) == (1, "")
    assert error.splitlines() == [
        "campaign-runner: 2026-q4-recognition: done, but some rows were rejected, held or failed: see the failures report "
        "(exit code 1)."
    ]
    assert command("check", "email.csv", "--quiet") == (0, "", "")


def test_logs_have_their_time(command):
    _, _, error = command("run", "email.csv", "--wait", "0", "--verbose")
    assert re.search(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 info request to Tango ", error, re.M)


@pytest.mark.parametrize("words", [("check", "sub/email.csv"), ("track",), ("reports",), ("retry",)])
def test_without_settings_it_is_said_that_there_are_none_and_where_they_were_looked_for(command, tmp_path, words):
    (tmp_path / "campaign.toml").unlink()
    (tmp_path / "sub").mkdir()
    shutil.copy(tmp_path / "email.csv", tmp_path / "sub")
    code, _, error = command(*words)
    assert (code, error.startswith("campaign-runner: There is no campaign.toml (looked for ")) == (2, True)
    assert str(tmp_path / "campaign.toml") in error
    assert (str(tmp_path / "sub" / "campaign.toml") in error) == (words[0] == "check")
    assert "campaign-runner init" in error


FOREIGN = """
[campaign]
id = "2026-q4-recognition"
[tango]
environment = "production"
base_url = "https://tango.example.com"
"""


@pytest.mark.parametrize(("words", "refused"), [
    (("status",), False), (("audit", "verify"), False), (("reports", "--all", "--environment", "simulator"), False),
    (("explain", CAMPAIGN, "2"), False), (("check", "email.csv"), False),
    (("run", "email.csv"), True), (("track", CAMPAIGN), True), (("doctor",), True), (("catalogue",), True),
])  # fmt: skip
def test_only_what_would_ask_tango_refuses_a_foreign_host(command, words, refused):
    command("plan", "email.csv")
    Path("campaign.toml").write_text(FOREIGN, "utf-8")
    code, _, error = command(*words)
    assert ("which is not a host of Tango's" in error) == refused
    assert code == 2 if refused else code in (0, 2)


def test_where_the_settings_were_looked_for_is_named_once(command):
    Path("campaign.toml").unlink()
    _, _, error = command("check", str(Path("email.csv").absolute()))
    assert " and /" not in error
