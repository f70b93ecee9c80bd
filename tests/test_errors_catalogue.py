"""Every file in samples/broken/ gets the very message and exit code that docs/errors.md promises.

The messages are golden files (tests/golden/errors/), and the page is made from them: `make golden` writes both.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from making.broken import Broken
from making.broken_files import GOOD
from making.catalogue import ALL

from campaign_runner.entrypoints import cli
from campaign_runner.model.errors import ExitCode

ROOT = Path(__file__).parent.parent
BROKEN = ROOT / "samples" / "broken"
GOLDEN = Path(__file__).parent / "golden" / "errors"
# Whoever asks Tango for an account leaves a trace: that nothing is sent then is for tests/preflight.
UNUSABLE = [broken for broken in ALL if broken.exit_code in (2, 3, 4) and broken.group != "preflight"]
GROUPS = {
    "files": ("Files that cannot be used", "Nothing is sent, and no existing file is changed."),
    "settings": ("Settings that are not valid", "Nothing is sent, and no existing file is changed."),
    "limits": ("Plans that the settings forbid", "Nothing is sent; the file is refused as a whole."),
    "preflight": (
        "Problems found before anything is sent",
        "Rewards, accounts, funds, declared totals, unusual plans.",
    ),
    "rows": ("Rows that break a rule, or wait for a decision", "A run sends all other rows of the file."),
}
HEAD = """\
# Error messages

Each message with a small file in `samples/broken/` that causes it, the command, and the exit code. Run the commands in that
folder. `make golden` writes this page, and a test compares it with the program.
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of samples/broken/ to work in, without any settings from outside."""
    for name in [name for name in os.environ if name.startswith(("TANGO_", "CAMPAIGN_RUNNER__"))]:
        monkeypatch.delenv(name)
    desk = tmp_path / "broken"
    shutil.copytree(BROKEN, desk)
    monkeypatch.chdir(desk)
    return desk


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder in which the campaign of the samples has run already, with two other people."""
    desk = tmp_path_factory.mktemp("desk") / "broken"
    shutil.copytree(BROKEN, desk)
    (desk / "earlier.csv").write_text(
        GOOD.replace("1,Ana,ana", "7,Eli,eli").replace("2,Ben,ben", "8,Uma,uma"), "utf-8"
    )
    assert run_installed(desk, "run", "earlier.csv", "--wait", "0").returncode == ExitCode.NOT_FINISHED
    return desk / ".campaign-runner"


def test_the_samples_are_those_of_the_catalogue():
    shared = {"campaign.toml", "good.csv"}
    there = {path.relative_to(BROKEN).as_posix() for path in BROKEN.rglob("*") if path.is_file()} - shared
    assert there == {broken.path for broken in ALL}


@pytest.mark.parametrize("broken", ALL, ids=lambda broken: broken.path)
def test_a_broken_input_gets_its_message_and_exit_code(desk, broken, capsys, golden):
    code = run_here(*broken.words)
    out, error = capsys.readouterr()
    said = messages(error + out)
    assert code == broken.exit_code, said
    assert "Traceback" not in said
    golden(f"errors/{broken.name}.txt", said)


@pytest.mark.parametrize("broken", UNUSABLE, ids=lambda broken: broken.path)
def test_nothing_is_sent_and_nothing_is_lost(desk, broken, finished_run, capsys):
    shutil.copytree(finished_run, desk / ".campaign-runner")
    before = contents(desk)
    words = [*broken.words[1:], *([] if "--wait" in broken.words else ["--wait", "0"]), "--state", ".campaign-runner"]
    code = run_here("run", *words)
    assert code == broken.exit_code
    assert contents(desk) == before


def test_the_installed_command_says_the_same(desk):
    done = run_installed(desk, "check", "files/picture.xlsx")
    assert done.returncode == ExitCode.FILE_UNUSABLE
    assert done.stderr == (GOLDEN / "files-picture.xlsx.txt").read_text("utf-8")
    assert done.stdout == ""


def test_a_file_that_is_not_there_is_named(desk, capsys):
    assert run_here("check", "nowhere.xlsx") == ExitCode.FILE_UNUSABLE
    assert capsys.readouterr().err == (
        "campaign-runner: nowhere.xlsx: there is no such file. Check the name and the folder.\n"
    )


def test_a_fault_of_the_program_is_not_taken_for_rows_that_need_action(desk, capsys, monkeypatch):
    monkeypatch.setattr(cli, "program", lambda _: lambda **_: 1 / 0)
    assert run_here("check", "good.csv") == ExitCode.FAULT
    assert "ZeroDivisionError" in (said := capsys.readouterr().err)
    assert "a fault in the program, not in your file" in said


def test_the_page_lists_every_message(golden: Callable[[str, str], None]):
    golden("../../docs/errors.md", page())


def run_here(*words: str) -> int:
    """The command line in this process: what the shell would get."""
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    return int(ended.value.code or 0)


def run_installed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The console script, as the shell starts it."""
    script = Path(sys.executable).with_name("campaign-runner")
    return subprocess.run([script, *words], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def messages(said: str) -> str:
    """What was said, without the places of reports and state, and with today's date as a word."""
    kept = "".join(
        line for line in said.splitlines(keepends=True) if not line.startswith(("Reports in ", "State folder: "))
    )
    today = datetime.now(UTC).date()
    for days, words in ((0, "«today»"), (1, "«tomorrow»"), (7, "«in 7 days»"), (365, "«in 365 days»")):
        kept = kept.replace((today + timedelta(days=days)).isoformat(), words)
    return kept


def contents(desk: Path) -> tuple[list[str], bytes]:
    """Everything that the ledger and Tango's stand-in hold, but who worked on a campaign last."""
    with sqlite3.connect(desk / ".campaign-runner" / "ledger.sqlite") as connection:
        rows = [row for row in connection.iterdump() if not row.startswith('INSERT INTO "claims"')]
    return rows, (desk / ".campaign-runner" / "simulator.jsonl").read_bytes()


def page() -> str:
    return "\n".join([HEAD, *(part for group in GROUPS for part in section(group))])


def section(group: str) -> Iterator[str]:
    title, remark = GROUPS[group]
    yield f"## {title}\n\n{remark}\n"
    for broken in (each for each in ALL if each.group == group):
        said = (GOLDEN / f"{broken.name}.txt").read_text("utf-8").rstrip("\n")
        yield f"### {broken.title}\n\n{_command(broken)}, exit code {broken.exit_code}\n\n```text\n{said}\n```\n"


def _command(broken: Broken) -> str:
    return f"`campaign-runner {' '.join(broken.words)}`"


def test_dates_of_today_do_not_stand_in_golden_files():
    dates = {
        found for path in GOLDEN.glob("*.txt") for found in re.findall(r"20\d\d-\d\d-\d\d", path.read_text("utf-8"))
    }
    assert all(not date(2026, 1, 1) <= date.fromisoformat(each) <= date(2027, 1, 31) for each in dates)
