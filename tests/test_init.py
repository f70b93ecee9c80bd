"""`init`: an id of its own for every campaign, and the column that names people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign_runner import settings
from campaign_runner.app import init as onboarding
from campaign_runner.app.init import init_folder

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 27, 9, 1, tzinfo=UTC)


def made(folder: Path, *key: str, now: datetime = NOW) -> settings.Settings:
    init_folder(folder, key=key, now=now)
    return settings.load(folder / "campaign.toml")


def test_the_id_is_the_folders_name_and_the_day(tmp_path):
    assert made(tmp_path / "Q4 Rewards").campaign.id.startswith("q4-rewards-2026-11-27-")
    assert made(tmp_path / "Q4 Rewards").campaign.name == "Q4 Rewards"


@pytest.mark.parametrize(
    "name", ["Prämien für München", "日本", "x" * 120, "-_-", 'a "b" <c>', "q4", "a'b\\c", "--- 1"]
)
def test_any_folder_gives_a_valid_id(tmp_path, name):
    found = made(tmp_path / name).campaign.id
    assert len(found) <= 40
    assert "2026-11-27" in found


def test_here_is_the_name_of_this_folder(tmp_path, monkeypatch):
    (tmp_path / "spot-awards").mkdir()
    monkeypatch.chdir(tmp_path / "spot-awards")
    assert made(Path()).campaign.id.startswith("spot-awards-2026-11-27-")


def test_two_inits_never_share_an_id(tmp_path):
    same_name = [made(tmp_path / where / "rewards").campaign.id for where in ("a", "b")]
    long_names = [made(tmp_path / ("quarterly-recognition-of-the-year-" + end)).campaign.id for end in ("x", "y")]
    again = [made(tmp_path / "again", now=now).campaign.id for now in (NOW, LATER)]
    assert len({*same_name, *long_names, *again}) == 6


def test_the_key_is_set(tmp_path):
    assert made(tmp_path / "one", "Employee ID").identity.key == ("Employee ID",)
    assert not made(tmp_path / "none").identity.key


@pytest.mark.parametrize("header", ["Employee ID", "employee_id", "EMPLOYEE NUMBER", "Personalnummer", "Staff ID"])
def test_the_key_is_proposed_by_a_file_of_the_folder(tmp_path, header):
    (tmp_path / "people.csv").write_text(f"First name,E-mail,{header},Amount\nAna,ana@example.com,1,5\n", "utf-8")
    assert onboarding.proposed_key(tmp_path) == header


def test_nothing_is_proposed_where_no_file_has_such_a_column(tmp_path):
    (tmp_path / "people.csv").write_text("First name,E-mail,Amount\nAna,ana@example.com,5\n", "utf-8")
    (tmp_path / "notes.txt").write_text("Employee ID", "utf-8")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    assert onboarding.proposed_key(tmp_path) == ""
    assert onboarding.proposed_key(tmp_path / "missing") == ""
