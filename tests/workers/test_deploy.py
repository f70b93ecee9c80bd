"""What deploy/ says is true: its commands exist, its units are well formed, a backup can be restored and is noticed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.entrypoints.cli import COMMANDS
from campaign_runner.ledger import events, open_ledger
from campaign_runner.model.errors import NotNewest
from tests.pipeline.conftest import Office
from tests.pipeline.conftest import office as office
from tests.reliability import postgresql

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def commands() -> list[str]:
    """Every campaign-runner command that a file of deploy/ calls."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    composed = [service["command"][0] for service in compose["services"].values() if "command" in service]
    texts = "".join(path.read_text("utf-8") for path in [*UNITS, DEPLOY / "README.md"])
    return composed + re.findall(r"bin/campaign-runner ([a-z]+)", texts)


def script(name: str, *arguments: Path | str, **environment: str) -> None:
    """Run a script of deploy/."""
    env = {**os.environ, **environment}
    subprocess.run([DEPLOY / name, *arguments], check=True, capture_output=True, env=env)


def test_every_command_of_deploy_exists():
    assert set(commands()) <= {*COMMANDS, "audit", "serve"}
    assert {"worker", "run"} <= set(commands())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_well_formed(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd on this machine")
    text = re.sub(
        r"/opt/campaign-runner/(bin/campaign-runner|deploy/backup\.sh)", "/bin/true", unit.read_text("utf-8")
    )
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(re.sub(r"^(User|EnvironmentFile)=.*\n", "", text, flags=re.M), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if unit.stem.split("@")[0] in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd on this machine")
    copy = tmp_path / unit.name.replace("@", "@1")
    shutil.copy(unit, copy)
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(copy)]
    assert subprocess.run(asked, capture_output=True).returncode == 0


def test_every_timer_has_its_service():
    timers = {path.stem for path in (DEPLOY / "systemd").glob("*.timer")}
    assert timers == {"campaign-runner-nightly", "campaign-runner-purge", "campaign-runner-backup"}
    assert timers <= {unit.stem for unit in UNITS}


def test_the_image_has_the_parts_that_exist_and_all_containers_share_one_state():
    extras = set(
        tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    )
    installed = re.search(r"'\.\[([a-z,]+)\]'", (DEPLOY / "Dockerfile").read_text("utf-8"))
    assert installed
    assert {"web", "worker", "notify", "inbox"} <= set(installed[1].split(",")) <= extras
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    assert all("state:/state" in services[name]["volumes"] for name in ("server", "worker"))


def test_a_restored_folder_keeps_what_was_there_with_its_newest_orders(tmp_path):
    state, backup = tmp_path / "state", tmp_path / "ledger-1.sqlite"
    state.mkdir()
    backup.write_bytes(b"backup")
    for part in ("", "-wal"):
        (state / f"ledger.sqlite{part}").write_text(f"before{part}")
    script("restore.sh", backup, state)
    kept = {re.sub(r"\d{8}T\d{6}Z", "…", path.name): path.read_text() for path in state.iterdir()}
    assert kept == {
        "ledger.sqlite": "backup", "ledger.sqlite.before-restore-…": "before",
        "ledger.sqlite.before-restore-…-wal": "before-wal",
    }  # fmt: skip


def test_old_backups_are_deleted_where_that_is_wanted(tmp_path):
    open_ledger(tmp_path / "state").close_connections()
    old, other = tmp_path / "backups" / "ledger-20260101T000000Z.sqlite", tmp_path / "backups" / "notes.txt"
    old.parent.mkdir()
    for path in (old, other):
        path.touch()
        os.utime(path, (0, 0))
    script("backup.sh", tmp_path / "state", old.parent, KEEP_DAYS="35")
    assert (old.exists(), other.exists(), len(list(old.parent.glob("*.sqlite")))) == (False, True, 1)


def test_a_ledger_on_postgresql_is_copied_and_put_back(server, tmp_path):
    programs = postgresql.programs()
    if not programs or not (programs / "pg_dump").exists():
        pytest.skip("no pg_dump on this machine")
    path = f"{programs}:{os.environ['PATH']}"
    before, after = server.database(), server.database()
    with open_ledger(tmp_path, before) as ledger, ledger.write("test") as connection:
        events.append(connection, 0, "now", "tried")
    script("backup.sh", before, tmp_path / "backups", PATH=path)
    (backup,) = (tmp_path / "backups").glob("*.dump")
    script("restore.sh", backup, after, PATH=path)
    with open_ledger(tmp_path, after) as ledger, ledger.read() as connection:
        assert [event["kind"] for event in events.every(connection)] == ["tried"]


def test_a_backup_that_is_older_than_what_was_sent_is_noticed_before_anything_is_sent(office: Office):
    ana, bo = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25", "2,EMAIL,Bo,Li,bo@example.com,,U561593,30"
    office.run(office.file(ana))
    state, backups = office.folder / "state", office.folder / "backups"
    script("backup.sh", state, backups)
    office.run(office.file(ana, bo))
    (backup,) = backups.glob("*.sqlite")
    script("restore.sh", backup, state)
    with pytest.raises(NotNewest):
        run_file(ReadOptions(office.file(ana, bo)), office.runtime())
    assert len(office.sent()) == 2
