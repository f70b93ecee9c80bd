"""What deploy/ says is true: its commands exist, its units are well formed, a backup can be restored and is noticed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from campaign_runner.app.draft import ReadOptions
from campaign_runner.app.run import run_file
from campaign_runner.entrypoints.cli import COMMANDS
from campaign_runner.model.errors import NotNewest
from tests.pipeline.conftest import Office
from tests.pipeline.conftest import office as office

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def commands() -> list[str]:
    """Every campaign-runner command that a file of deploy/ calls."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    composed = [service["command"][0] for service in compose["services"].values() if "command" in service]
    texts = "".join(path.read_text("utf-8") for path in [*UNITS, DEPLOY / "README.md"])
    return composed + re.findall(r"bin/campaign-runner ([a-z]+)", texts)


def test_every_command_of_deploy_exists():
    assert set(commands()) <= {*COMMANDS, "audit", "serve"}
    assert {"worker", "run"} <= set(commands())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_well_formed(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd on this machine")
    text = re.sub(r"/opt/campaign-runner/bin/campaign-runner", "/bin/true", unit.read_text("utf-8"))
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(re.sub(r"^(User|EnvironmentFile)=.*\n", "", text, flags=re.M), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if unit.stem.split("@")[0] in line] == []


def test_a_backup_that_is_older_than_what_was_sent_is_noticed_before_anything_is_sent(office: Office):
    ana, bo = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25", "2,EMAIL,Bo,Li,bo@example.com,,U561593,30"
    office.run(office.file(ana))
    state, backups = office.folder / "state", office.folder / "backups"
    subprocess.run([DEPLOY / "backup.sh", state, backups], check=True, capture_output=True)
    office.run(office.file(ana, bo))
    (backup,) = backups.glob("*.sqlite")
    subprocess.run([DEPLOY / "restore.sh", backup, state], check=True, capture_output=True)
    with pytest.raises(NotNewest):
        run_file(ReadOptions(office.file(ana, bo)), office.runtime())
    assert len(office.sent()) == 2
