"""What could not be sent is seen: by `notify`, on the pages of the administrator, in the metrics."""

from __future__ import annotations

import json

import pytest

from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.health.server_health import quick_health
from campaign_runner.app.metrics import metrics
from campaign_runner.app.sent_messages import send_tests
from campaign_runner.entrypoints.cli import main
from tests.doors.conftest import HANNA


def test_health_and_metrics_show_what_was_not_sent(house, told, web):
    web.status = 503
    halt_campaign(house.workspace.runtime(house.campaign(), HANNA, house.folder), "wrong amounts")
    told.tell()
    ill = {each.subject: each.found for each in quick_health(house.workspace) if not each.well}
    assert "could not be reached" in ill["messages to operators 1"]
    assert 'campaign_runner_messages{channel="notify",state="waiting"} 2' in metrics(house.workspace)


def test_the_command_sends_at_once_and_lists_what_waits(house, told, web, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, address in told.environ.items():
        monkeypatch.setenv(name, address)
    web.status = 503
    halt_campaign(house.workspace.runtime(house.campaign(), HANNA, house.folder), "wrong amounts")
    told.tell()
    for status, code, waiting in ((503, 1, 2), (200, 0, 0)):
        web.status = status
        with pytest.raises(SystemExit) as ended:
            main(["notify", "--json", "--state", str(house.folder / "state")])
        assert ended.value.code == code
        assert len(json.loads(capsys.readouterr().out)["not_sent"]) == waiting


def test_a_test_message_goes_to_every_address(house, told, web):
    assert send_tests(house.workspace.settings, "", told.environ) == [
        ("submitter 1", ""), ("approvers 1", ""), ("finance 1", ""), ("operators 1", ""),
    ]  # fmt: skip
    assert {title for _, title, _ in told.messages()} == {"Test message"}
