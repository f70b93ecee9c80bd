"""A message is never lost, and sent twice at the most: however services fail and whoever is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.notify import deliver, notify_job
from campaign_runner.ledger import jobs, outbox, pauses
from tests.doors.conftest import HANNA


def halted(house, why="wrong amounts"):
    key = house.campaign() if not house.__dict__.get("halts") else house.workspace.key_of("q4")
    house.halts = True
    with house.workspace.ledger().write("test") as connection:
        pauses.resume(connection, key, house.workspace.at())
    halt_campaign(house.workspace.runtime(key, HANNA, house.folder), why)


def everything_is_due(house):
    with house.workspace.ledger().write("test") as connection:
        connection.execute(text("UPDATE deliveries SET due_at = 0"))


def messages(house):
    with house.workspace.ledger().read() as connection:
        return outbox.listing(connection)


def test_what_cannot_be_sent_waits_longer_each_time_and_is_sent_in_the_end(house, told, web):
    web.status = 503
    halted(house)
    waits = []
    for _ in range(3):
        assert told.tell() == 0
        with house.workspace.ledger().read() as connection:
            waits.append(round(outbox.next_due(connection) or 0, -1))
        everything_is_due(house)
    assert waits == [60, 300, 900]
    assert {row["error"] for row in messages(house)} == {"the service could not be reached, or did not accept the message: "
                                                         "check its address, account and network"}  # fmt: skip
    web.status = 200
    assert told.tell() == 2
    assert {row["state"] for row in messages(house)} == {"sent"}


def test_after_three_days_it_is_given_up_and_stays_visible(house, told, web):
    web.status = 503
    halted(house)
    told.tell()
    house.clock.sleep(3 * 86_400 + 1)
    everything_is_due(house)
    told.tell()
    with house.workspace.ledger().read() as connection:
        assert outbox.counts(connection) == {("notify", "failed"): 2}
        assert [row[:2] for row in outbox.troubled(connection)] == [
            ("notify", "operators 1"),
            ("notify", "submitter 1"),
        ]


def test_an_address_is_neither_in_the_ledger_nor_in_the_log(house, told, web, caplog):
    web.status = 503
    told.environ["NOTIFY_OPERATORS"] = f"json://user:pa55word@{web.address}/operators"
    halted(house)
    told.tell()
    kept = b"".join(path.read_bytes() for path in (house.folder / "state").glob("ledger*"))
    assert b"pa55word" not in kept
    assert "pa55word" not in caplog.text


def test_what_happened_before_anybody_was_to_be_told_is_told_to_nobody(house, told):
    halted(house)
    house.clock.sleep(60)
    deliver(told.notifier(), house.workspace.at())
    halted(house, "again")
    told.tell()
    assert [text.splitlines()[1] for _, _, text in told.messages()] == ["Why: again"] * 2


DIES = """
import os, sys
from campaign_runner.app import notify
from campaign_runner.app.notices import notice_sending
from tests.notifications.killed import notifier
moment = sys.argv[1]
send = notice_sending.send
def sent(*given):
    why = send(*given)
    if moment == "sent":
        os.kill(os.getpid(), 9)
    return why
notify.send = sent
if moment == "collected":
    notify.outbox.move_cursor = lambda *_: os.kill(os.getpid(), 9)
if moment == "taken":
    notify.send = lambda *_: os.kill(os.getpid(), 9)
notify.deliver(notifier(), "")
"""


@pytest.mark.parametrize(("moment", "times"), [("collected", 1), ("taken", 1), ("sent", 2)])
def test_kill_9_at_any_moment_loses_nothing_and_repeats_one_message_at_the_most(house, told, web, moment, times):
    house.values["notify"] = {"to": {"halted": ["operators"]}}
    halted(house)
    house.workspace.close()
    env = {**os.environ, **told.environ, "STATE": str(house.folder / "state"), "PYTHONPATH": str(Path.cwd())}
    killed = subprocess.run([sys.executable, "-c", DIES, moment], env=env, check=False, timeout=60)
    assert killed.returncode == -9
    everything_is_due(house)  # its lease is over
    told.tell()
    told.tell()
    assert len(told.messages()) == times
    assert [row["state"] for row in messages(house)] == ["sent"]


def test_a_worker_tells_by_itself_as_soon_as_something_happens(house, told, web, monkeypatch):
    for name, address in told.environ.items():
        monkeypatch.setenv(name, address)
    assert (notify_job(house.workspace, "") or 0) > 50
    with house.workspace.ledger().write("test") as connection:
        jobs.want(connection, jobs.NOTIFY, "", "now", in_seconds=1000)
    house.clock.sleep(1)
    halted(house)
    with house.workspace.ledger().read() as connection:
        assert (jobs.until_due(connection, jobs.NOTIFY, "") or 0) <= 0
    notify_job(house.workspace, "")
    assert len(told.messages()) == 2


def test_nobody_is_told_where_nothing_is_set_and_no_job_stays(house):
    halted(house)
    assert notify_job(house.workspace, "") is None
    assert messages(house) == []


def test_several_who_send_at_once_send_each_message_once(house, told, web):
    from concurrent.futures import ThreadPoolExecutor

    for number in range(5):
        halted(house, f"reason {number}")
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(lambda _: told.tell(), range(4))) == 10
    assert len(told.messages()) == 10
