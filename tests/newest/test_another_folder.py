"""The state lies beside campaign.toml, whatever the working directory: commands typed in many of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from campaign_runner import simulator
from campaign_runner.app.process.state_folder import state_folder
from campaign_runner.entrypoints.cli import main

SETTINGS = """
[campaign]
id = "q4"
name = "Q4"
[tango]
base_url = "{url}"
requests_per_second = 0
batch_size = 10
"""
HEAD = "First name,E-mail,Delivery method,Reward,Amount"


class Desk:
    """`camp/` has settings and a file; commands are typed in any folder below `home`."""

    def __init__(self, home: Path, tango: simulator.Simulator, url: str) -> None:
        self.home, self.tango, self.camp = home, tango, home / "camp"
        self.camp.mkdir()
        (home / "elsewhere").mkdir()
        (self.camp / "campaign.toml").write_text(SETTINGS.format(url=url), "utf-8")
        self.people(44)

    def people(self, number: int) -> None:
        rows = (f"P{n},p{n}@example.com,EMAIL,U561593,{10 + n}" for n in range(number))
        (self.camp / "q.csv").write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")

    def types(self, folder: Path | str, *words: str) -> tuple[int, str, str]:
        """A command typed in a folder: (exit code, standard output, standard error)."""
        out, error, code = StringIO(), StringIO(), 0
        with (
            chdir(self.home / folder), redirect_stdout(out), redirect_stderr(error),
            patch.dict(os.environ, XDG_STATE_HOME=str(self.home / "xdg"), HOME=str(self.home)),
        ):  # fmt: skip
            try:
                main(list(words))
            except SystemExit as end:
                code = int(end.code or 0)
        return code, out.getvalue(), error.getvalue()

    def runs(self, folder: Path | str, file: str, *options: str) -> str:
        """A run that comes to its end; returns what was said."""
        code, said, error = self.types(folder, "run", file, "--wait", "60", *options)
        assert code == 0, error
        return said

    def is_refused(self, folder: Path | str, file: str, *options: str) -> str:
        before = self.rewards()
        code, _, error = self.types(folder, "run", file, "--wait", "60", *options)
        assert (code, self.rewards()) == (2, before)
        return error

    def rewards(self) -> Counter[str]:
        """Recipient: rewards."""
        lines = (line for order in self.tango.orders() for line in order.order["lineItems"])
        return Counter(line["recipient"]["email"] for line in lines)

    def everybody_once(self, number: int) -> None:
        assert self.rewards() == Counter({f"p{n}@example.com": 1 for n in range(number)})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    tango = simulator.Simulator(tmp_path / "tango.jsonl", requests_per_second=0)
    with simulator.serve(tango) as url:
        yield Desk(tmp_path, tango, url)


def test_the_same_ledger_from_every_working_directory(desk):
    state = f"State folder: {desk.camp / '.campaign-runner'}"
    assert state in desk.runs(".", "camp/q.csv")
    desk.people(45)
    assert state in desk.runs("camp", "q.csv")
    desk.people(46)
    assert state in desk.runs("elsewhere", str(desk.camp / "q.csv"))
    (desk.home / "link").symlink_to(desk.camp)
    desk.people(47)
    desk.runs("link", "q.csv")
    desk.people(48)
    desk.runs("elsewhere", "../link/q.csv")
    desk.everybody_once(48)


def test_settings_named_from_elsewhere_and_settings_that_are_not_here(desk):
    shutil.copy(desk.camp / "q.csv", desk.home / "elsewhere" / "q.csv")
    desk.runs("elsewhere", "q.csv", "--config", "../camp/campaign.toml")
    desk.people(45)
    desk.runs(".", "camp/q.csv")
    desk.everybody_once(45)
    assert not (desk.home / "elsewhere" / ".campaign-runner").exists()


@pytest.mark.parametrize("command", ["plan", "run", "track"])
def test_the_state_folder_is_told_to_machines_too(desk, command):
    desk.runs("camp", "q.csv")
    words = {"track": ["track", "q4", "--config", str(desk.camp / "campaign.toml")]}
    _, said, _ = desk.types(".", *words.get(command, [command, "camp/q.csv"]), "--json")
    assert json.loads(said)["state"] == str(desk.camp / ".campaign-runner")


def old_ledger(desk: Desk) -> None:
    """As a version before this one left it: in the folder from which the file was run."""
    desk.runs(".", "camp/q.csv", "--state", ".campaign-runner")
    desk.people(45)


def test_a_ledger_of_an_older_version_in_the_working_directory_is_to_be_moved_first(desk):
    old_ledger(desk)
    advice = re.search(r"Move it and repeat the command: (mv \S+ \S+)", desk.is_refused(".", "camp/q.csv"))
    assert advice
    subprocess.run(advice[1], shell=True, check=True)
    desk.runs(".", "camp/q.csv")
    desk.people(46)
    desk.runs("camp", "q.csv")
    desk.everybody_once(46)


def test_where_a_state_folder_is_there_already_the_older_one_is_used_by_name(desk):
    (desk.camp / ".campaign-runner").mkdir()
    old_ledger(desk)
    advice = re.search(r"repeat the command with (--state \S+)", desk.is_refused(".", "camp/q.csv"))
    assert advice
    desk.runs(".", "camp/q.csv", *advice[1].split())
    desk.everybody_once(45)


def test_an_older_folder_that_may_not_be_written_to_is_to_be_copied(desk):
    old_ledger(desk)
    for path in [*(desk.home / ".campaign-runner").rglob("*"), desk.home / ".campaign-runner"]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    error = desk.is_refused(".", "camp/q.csv")
    advice = re.search(r"repeat the command: ((mv|cp) .*)", error)
    assert advice
    subprocess.run(advice[1], shell=True, check=True)
    subprocess.run(["chmod", "-R", "u+w", str(desk.home)], check=True)
    desk.runs(".", "camp/q.csv")
    desk.everybody_once(45)


def test_from_yet_another_directory_tango_knows_what_the_new_folder_does_not(desk):
    old_ledger(desk)
    assert "this ledger does not know: campaign-runner recover FILE" in desk.is_refused("elsewhere", "../camp/q.csv")
    code, _, error = desk.types("elsewhere", "recover", "../camp/q.csv")
    assert code in (0, 5), error
    assert "Recovered from Tango" in error
    desk.runs("elsewhere", "../camp/q.csv")
    desk.everybody_once(45)


def test_an_older_folder_of_which_nothing_is_needed_is_told(desk):
    (desk.home / ".campaign-runner").mkdir()
    code, _, error = desk.types(".", "run", "camp/q.csv", "--wait", "60")
    assert (code, f"{desk.home / '.campaign-runner'} is not used" in error) == (0, True)


def test_without_settings_an_existing_folder_is_used_and_else_the_user_s_own(desk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = {"XDG_STATE_HOME": str(tmp_path / "xdg")}
    assert state_folder(None, None, own).path == tmp_path / "xdg" / "campaign-runner"
    assert state_folder(None, None, {}).path == Path.home() / ".local" / "state" / "campaign-runner"
    (tmp_path / ".campaign-runner").mkdir()
    assert state_folder(None, None, own).path == tmp_path / ".campaign-runner"
    assert state_folder(Path("mine"), None, own).path == tmp_path / "mine"


def test_a_campaign_asked_for_elsewhere_says_which_ledger_was_looked_at(desk):
    desk.runs(".", "camp/q.csv")
    code, _, error = desk.types("elsewhere", "status", "q4")
    assert (code, f"The state folder is {desk.home / 'xdg' / 'campaign-runner'}" in error) == (2, True)
    assert desk.types("elsewhere", "status", "q4", "--config", "../camp/campaign.toml")[0] == 0
