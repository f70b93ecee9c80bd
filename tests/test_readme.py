"""The README tells the truth: its commands are run as they stand, its outputs are found, its tables are fresh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from campaign_runner.simulator import test_values

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEST_VALUES = ROOT / "docs" / "simulator.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
BIN = Path(sys.executable).parent
SET_UP = ("make demo", "make test", "make setup", ". .venv/bin/activate")
CODE = re.compile(r"\s+# exit code (\d+).*")
TABLES = {"test values": ("Test value", test_values.MAGIC), "test accounts": (
    "In the account", {name: told for name, (told, _) in test_values.ACCOUNTS.items()})}  # fmt: skip


def blocks(language: str) -> list[tuple[str, list[str]]]:
    """Every fenced block of these languages (`sh|text`), in order."""
    found = re.findall(rf"^```({language})\n(.*?)^```", README.read_text("utf-8"), re.M | re.S)
    return [(name, text.splitlines()) for name, text in found]


@dataclass
class Reader:
    """Somebody who types what the README says, in a folder with the samples."""

    folder: Path
    said: str = ""
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "samples", self.folder / "samples")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TANGO_", "CAMPAIGN_RUNNER__", "COV_"))}
        self.env = kept | {"PATH": f"{BIN}{os.pathsep}{kept['PATH']}"}

    def types(self, line: str) -> int:
        """Run one line in the shell, and stay in the folder that it ends in."""
        where = self.folder / ".where"
        done = subprocess.run(
            ["bash", "-c", f'{line}\ncode=$?; pwd > "$WHERE"; exit $code'], cwd=self.folder, text=True, check=False,
            capture_output=True, encoding="utf-8", env=self.env | {"WHERE": str(where)},
        )  # fmt: skip
        self.said += done.stdout + done.stderr
        self.folder = Path(where.read_text("utf-8").strip())
        return done.returncode


@pytest.mark.slow
def test_every_command_does_what_the_readme_says(tmp_path):
    reader = Reader(tmp_path)
    for language, lines in blocks("sh|text"):
        if language == "sh":
            reader.said = ""
            for line in lines:
                follow(reader, line)
        elif reader.said:
            assert [line for line in lines if line not in reader.said.splitlines()] == []


def follow(reader: Reader, line: str) -> None:
    """Type a line; a server is stopped as soon as it has said where it is."""
    code = CODE.search(line)
    command = line.partition("  #")[0].strip()
    if command in SET_UP:
        return
    if "simulator" in command.split():
        assert "Tango stand-in at http://127.0.0.1:" in first_words(reader, command)
        return
    assert reader.types(command) == (int(code[1]) if code else 0), f"{line}\n{reader.said}"


def first_words(reader: Reader, command: str) -> str:
    server = subprocess.Popen(
        command.split(),
        cwd=reader.folder,
        env=reader.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout
    said = server.stdout.readline()
    server.terminate()  # where tests run in the background, programs are born deaf to Ctrl-C
    server.communicate(timeout=30)
    return said


@pytest.mark.slow
def test_make_demo_ends_well_twice(tmp_path):
    """The demo's own recipe in a folder of its own; the environment of this test stands in for `.venv`."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for _ in range(2):
        done = make(tmp_path, "--old-file=.venv/.ready", "demo")
        assert done.returncode == 0, done.stderr
        assert "Exit code 1, as it should be" in done.stdout
    assert (tmp_path / "build/demo/reports/2026-q4-recognition/summary.json").exists()


@pytest.mark.parametrize("target", [line.split()[1] for line in SET_UP if line.startswith("make ")])
def test_the_make_commands_exist(target):
    assert make(ROOT, "--dry-run", target).returncode == 0


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "COV_"))}
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, check=False, env=env)


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_the_simulator_are_fresh(name, request):
    head, rows = TABLES[name]
    table = "\n".join(
        [f"| {head} | What happens |", "|---|---|", *(f"| `{key}` | {told} |" for key, told in rows.items())]
    )
    section = re.compile(rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- end of {name} -->)", re.S)
    page = TEST_VALUES.read_text("utf-8")
    fresh = section.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", page)
    if request.config.getoption("--golden"):
        TEST_VALUES.write_text(fresh, "utf-8")
    assert TEST_VALUES.read_text("utf-8") == fresh
    assert name in fresh


def test_the_two_commands_stand_at_the_top():
    _, lines = blocks("sh")[0]
    assert [line.partition("#")[0].strip() for line in lines] == ["make demo", "make test"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        name, _, heading = target.partition("#")
        if target.startswith("https://"):
            continue
        there = page.parent / name if name else page
        assert there.exists(), target
        assert not heading or heading in headings_of(there), target


def headings_of(page: Path) -> set[str]:
    """As a link names them."""
    lines = re.findall("^#+ (.*)", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in lines}
