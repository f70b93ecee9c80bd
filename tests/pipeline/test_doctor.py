"""What `doctor` finds on the machine itself: permissions, the clock, the heads beside the ledger."""

from __future__ import annotations

import shutil

import pytest

from campaign_runner.app.doctor import diagnose
from campaign_runner.app.health.health_checks import permissions
from tests.pipeline.people import ANA, BEN


def unwell(office):
    return {one.subject: one for one in diagnose(office.runtime()) if not one.well}


@pytest.mark.parametrize(("name", "mode", "advice"), [
    ("", 0o777, "chmod 700"), ("audit.key", 0o666, "chmod 600"), ("ledger.sqlite", 0o644, "chmod 600"),
    ("simulator.jsonl", 0o640, "chmod 600"),
])  # fmt: skip
def test_what_other_accounts_may_read_or_write_is_named_with_the_command_that_closes_it(office, name, mode, advice):
    office.base_url = ""
    office.run(office.file(ANA))
    path = office.folder / "state" / name
    path.chmod(mode)
    found = unwell(office)["permissions"]
    assert f"{path} (mode {mode:03o})" in found.found
    assert found.advice.startswith(f"Run: {advice} ")
    path.chmod(0o700 if path.is_dir() else 0o600)
    assert unwell(office) == {}


def test_a_state_folder_that_others_may_only_list_is_well(office):
    office.run(office.file(ANA))
    (office.folder / "state").chmod(0o755)
    assert unwell(office) == {}


def test_a_file_with_credentials_that_others_may_read_is_named(tmp_path):
    key = tmp_path / "key"
    key.write_text("0123456789abcdef", "ascii")
    key.chmod(0o644)
    for name in ("TANGO_PLATFORM_KEY_FILE", "CAMPAIGN_RUNNER_AUDIT_KEY_FILE"):
        assert str(key) in permissions(tmp_path / "state", {name: str(key)}).found


def test_a_clock_that_was_set_back_and_an_older_ledger_are_told(office):
    office.run(office.file(ANA))
    ledger = office.folder / "state" / "ledger.sqlite"
    shutil.copy(ledger, office.folder / "backup")
    office.run(office.file(ANA, BEN))
    shutil.copy(office.folder / "backup", ledger)
    office.clock.turn(days=-3)
    assert set(unwell(office)) == {"clock", "heads"}
