"""On PostgreSQL: several workers send each message once, and an event of Tango that comes twice counts once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign_runner import settings
from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.notify import Notifier, deliver
from campaign_runner.app.views.campaigns import create_campaign
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import tango_events
from tests.doors.conftest import HANNA


@pytest.fixture
def space(server, tmp_path, monkeypatch):
    monkeypatch.setenv("CAMPAIGN_RUNNER__LEDGER__URL", server.database())
    made = Workspace(settings.load(None, "workspace"), tmp_path)
    yield made
    made.close()


def test_what_several_workers_send_at_once_leaves_once(space, web):
    for number in range(5):
        create_campaign(space, HANNA, {"id": f"q{number}"})
        halt_campaign(space.runtime(space.key_of(f"q{number}"), HANNA, space.state), "wrong amounts")
    environ = {"NOTIFY_OPERATORS": f"json://{web.address}/operators"}
    notifier = Notifier(space.ledger(), space.settings, space.clock, "", environ)
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(lambda _: deliver(notifier, ""), range(4))) == 5
    assert len(web.taken) == 5


def test_an_event_that_comes_twice_at_once_is_taken_once(space):
    def take(_number):
        with space.ledger().write("test") as connection:
            return tango_events.take(connection, "e-1", "nothing-of-ours", "now")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(take, range(8))) == [False] * 8
