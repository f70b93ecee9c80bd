"""The wheel holds all that is needed: it is built, installed in a fresh environment and used from another folder.

The libraries are lent by this environment through a path file, so that nothing is downloaded. The package itself can
only come from the wheel: a path file found through another one is not read, so this source tree stays out of sight.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no build leaves anything in the tree."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("campaign_runner", "schemas"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source, folder=source)
    (made,) = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that has the package from the wheel."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, folder=home)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return home / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a sample and its settings, and nothing else."""
    for name in ("email.csv", "campaign.toml"):
        shutil.copy(ROOT / "samples" / name, tmp_path)
    return tmp_path


def run(*words: object, folder: Path) -> str:
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rule_book_travels_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"campaign_runner/schemas/{path.name}" for path in (ROOT / "schemas").iterdir()}
    assert wanted <= names
    assert not [name for name in names if name.startswith(("tests/", "samples/", "bench/"))]


def test_every_file_of_the_package_travels_in_the_wheel(wheel):
    package = ROOT / "campaign_runner"
    there = {path.relative_to(ROOT).as_posix() for path in package.rglob("*") if path.is_file()}
    assert {name for name in there if "__pycache__" not in name} <= set(zipfile.ZipFile(wheel).namelist())


def test_the_package_comes_from_the_wheel(fresh, elsewhere):
    where = run(fresh / "python", "-c", "import campaign_runner; print(campaign_runner.__file__)", folder=elsewhere)
    assert Path(where.strip()).is_relative_to(fresh.parent)


def test_a_check_from_another_folder_finds_every_row_valid(fresh, elsewhere):
    said = run(fresh / "campaign-runner", "check", "email.csv", folder=elsewhere)
    assert said.startswith("email.csv: 5 rows. 5 rows can be sent (105.00 USD).")


def test_a_run_places_and_reports(fresh, elsewhere):
    said = run(fresh / "campaign-runner", "run", "email.csv", folder=elsewhere)
    assert "5 rows completed" in said
    assert (elsewhere / "reports/2026-q4-recognition/report.html").exists()


def test_the_module_is_the_same_program(fresh, elsewhere):
    assert run(fresh / "python", "-m", "campaign_runner", "--version", folder=elsewhere).startswith(
        "campaign-runner "
    )


def test_init_and_rules_work_without_the_source(fresh, elsewhere):
    run(fresh / "campaign-runner", "init", "mine", folder=elsewhere)
    assert (elsewhere / "mine" / "rewards.xlsx").exists()
    assert "recipient.email" in run(fresh / "campaign-runner", "rules", "EMAIL", folder=elsewhere)
