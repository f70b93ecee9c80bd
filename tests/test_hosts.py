"""Credentials and people are sent to Tango; elsewhere only where the environment or the policy says so, never the file."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from campaign_runner import settings
from campaign_runner.entrypoints.cli import program
from campaign_runner.model.errors import SettingsError

EVIL = "https://evil.example"
OWN = ("https://integration-api.tangocard.com/raas/v2", "https://api.tangocard.com/raas/v2", "https://TANGOCARD.com")
STRANGE = (EVIL, "https://tangocard.com.evil.example", "https://eviltangocard.com", "https://api.tangocard.com@evil.example",
           "https://evil.example/api.tangocard.com", "https://evil.example#.tangocard.com")  # fmt: skip
LOCAL = ("http://127.0.0.1:8080", "https://localhost:8443", "http://[::1]:8080")


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.delenv("CAMPAIGN_RUNNER__TANGO__BASE_URL", raising=False)


def load(folder, **tango):
    lines = [f'{name} = "{value}"' for name, value in tango.items()]
    (folder / "campaign.toml").write_text("\n".join(['[campaign]\nid = "q4"\n[tango]', *lines]), "utf-8")
    loaded = settings.load(folder / "campaign.toml")
    loaded.require_host()
    return loaded


@pytest.mark.parametrize("environment", ["simulator", "sandbox", "production"])
@pytest.mark.parametrize("url", STRANGE)
@pytest.mark.parametrize("name", ["base_url", "oauth_url"])
def test_a_file_cannot_choose_another_host(tmp_path, environment, url, name):
    with pytest.raises(SettingsError, match=f"tango.{name} goes to .*, which is not a host of Tango's"):
        load(tmp_path, environment=environment, **{name: url})


@pytest.mark.parametrize("url", OWN)
def test_a_file_may_name_a_host_of_tangos(tmp_path, url):
    assert load(tmp_path, environment="production", base_url=url).host == url.split("/")[2]


@pytest.mark.parametrize("url", LOCAL)
def test_a_stand_in_on_this_machine_is_for_rehearsals_alone(tmp_path, url):
    assert load(tmp_path, environment="sandbox", base_url=url).base_url == url
    with pytest.raises(SettingsError, match="which is not a host of Tango's"):
        load(tmp_path, environment="production", base_url=url)


def test_the_environment_may_say_otherwise_and_it_is_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__BASE_URL", "http://127.0.0.1:8080")
    assert load(tmp_path, environment="production").host == "127.0.0.1:8080 (not a host of Tango's)"
    monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__BASE_URL", EVIL)
    assert load(tmp_path, environment="production", base_url="https://other.example").host.startswith("evil.example")


def test_the_policy_says_which_other_hosts_the_environment_may_name(tmp_path, monkeypatch):
    (tmp_path / "policy.toml").write_text('[tango]\nhosts = ["gateway.example.com"]\n')
    (tmp_path / "policy.toml").chmod(0o644)
    monkeypatch.setenv("CAMPAIGN_RUNNER_POLICY", str(tmp_path / "policy.toml"))
    assert (
        load(tmp_path, environment="production", base_url="https://gateway.example.com/v2").host
        == "gateway.example.com (not a host of Tango's)"
    )
    monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__BASE_URL", EVIL)
    with pytest.raises(SettingsError, match="which the policy of this machine does not allow"):
        load(tmp_path, environment="production")


def test_without_an_address_the_host_is_tangos_or_the_simulator(tmp_path):
    assert load(tmp_path).host == "the embedded simulator"
    assert load(tmp_path, environment="production").host == "api.tangocard.com"
    assert load(tmp_path, environment="sandbox").host == "integration-api.tangocard.com"


def test_a_file_is_checked_and_people_are_exported_whatever_host_the_settings_name(tmp_path):
    (tmp_path / "campaign.toml").write_text(f'[campaign]\nid = "q4"\n[tango]\nbase_url = "{EVIL}"\n', "utf-8")
    (tmp_path / "q4.csv").write_text(
        "First name,Method,E-mail,Amount,Reward\nAna,EMAIL,ana@example.com,25,U561593\n", "utf-8"
    )
    where = [
        "--config",
        str(tmp_path / "campaign.toml"),
        "--state",
        str(tmp_path / "state"),
        "--reports",
        str(tmp_path),
    ]
    assert CliRunner().invoke(program(), ["check", str(tmp_path / "q4.csv"), *where]).exit_code == 0
    out = ["--to", str(tmp_path / "ana.json")]
    assert CliRunner().invoke(program(), ["person", "export", "ana@example.com", *out, *where]).exit_code == 0
