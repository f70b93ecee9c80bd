"""A campaign is held by one process at a time: with a lease that others see run out, and a fence that tells it so."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, update

from campaign_runner.ledger import claims, open_ledger
from campaign_runner.ledger.coordination_tables import claims as rows
from campaign_runner.model.errors import CampaignHeld, ClaimLost
from tests.ledger.holding import NAME, Holding
from tests.reliability.processes import until

ELSEWHERE = "another-machine pid:[1] 4711 99 c1a1"
SHORT = 0.6


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """The address of a ledger, "" for one in the folder."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("server").database().replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
def ledger(tmp_path, url):
    with open_ledger(tmp_path, url) as made:
        yield made


@pytest.fixture
def holding(tmp_path, url, ledger):
    """Starts processes that hold the campaign; what was started is killed at the end."""
    started = []

    def start(lease=SHORT):
        started.append(Holding(tmp_path, url, lease))
        return started[-1]

    yield start
    for one in started:
        one.end()


@contextmanager
def another_machine(ledger, **values):
    """A claim of a process of another machine, as it stands in the ledger."""
    with ledger.hold(NAME, lease=SHORT):
        pass
    with ledger.write("a test") as connection:
        now = time.time()
        told = {"holder": "process 4711 on other", "process": ELSEWHERE, "expires_at": now + SHORT, **values}
        connection.execute(update(rows).values(**told))
    yield


def stat_of(one):
    """State and further facts of a process, as the operating system has them."""
    return Path(f"/proc/{one.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()


def fence_of(ledger):
    with ledger.read() as connection:
        return connection.execute(select(rows.c.fence)).scalar_one()


def test_a_holder_that_lives_is_named_at_once_and_one_that_was_killed_is_followed_at_once(ledger, holding):
    first = holding(lease=60)
    assert first.said == "held 1"
    began = time.monotonic()
    with pytest.raises(CampaignHeld, match=rf"process {first.process.pid} on"), ledger.hold(NAME):
        pass
    first.process.kill()  # nobody has asked yet how it ended: it is a zombie of the operating system
    until(lambda: stat_of(first)[0] == "Z")
    with ledger.hold(NAME):
        assert fence_of(ledger) == 2
    assert time.monotonic() - began < 5


def test_a_stopped_holder_is_followed_after_its_lease_and_does_nothing_when_it_goes_on(ledger, holding):
    first = holding()
    assert (first.asked("write"), first.asked("send")) == ("done", "done")
    first.process.send_signal(signal.SIGSTOP)
    with pytest.raises(CampaignHeld), ledger.hold(NAME):
        pass
    until(lambda: takes(ledger))
    first.process.send_signal(signal.SIGCONT)
    assert (first.asked("send"), first.asked("write")) == ("ClaimLost", "ClaimLost")
    assert fence_of(ledger) == 2


def takes(ledger):
    try:
        with ledger.hold(NAME):
            return True
    except CampaignHeld:
        return False


def test_a_holder_that_stopped_and_whom_nobody_followed_goes_on(ledger, holding):
    first = holding()
    first.process.send_signal(signal.SIGSTOP)
    time.sleep(2 * SHORT)
    first.process.send_signal(signal.SIGCONT)
    assert (first.asked("send"), first.asked("write")) == ("done", "done")


def test_of_several_that_want_it_at_once_one_gets_it(holding, ledger):
    said = sorted(one.said for one in [holding(lease=60) for _ in range(3)])
    assert said == ["CampaignHeld", "CampaignHeld", "held 1"]


def test_a_holder_that_stopped_in_the_middle_of_a_transaction_keeps_nobody_waiting(ledger, holding):
    first = holding()
    assert first.asked("write slowly") == "writing"
    first.process.send_signal(signal.SIGSTOP)
    if ledger.engine.dialect.name == "sqlite":  # the file is locked: whoever writes waits, and nobody takes over
        first.process.kill()
    began = time.monotonic()
    until(lambda: takes(ledger))
    assert time.monotonic() - began < 10


def test_the_claim_of_another_machine_is_free_when_its_lease_has_run_out(ledger):
    with another_machine(ledger, expires_at=time.time() - 1), ledger.hold(NAME):
        assert fence_of(ledger) == 2


@pytest.mark.parametrize("clock_was_set", [0.0, 3600.0])
def test_a_machine_that_went_away_is_waited_for_as_long_as_its_lease_whatever_the_clock_says(ledger, clock_was_set):
    with another_machine(ledger, expires_at=time.time() + SHORT + clock_was_set), ledger.hold(NAME):
        assert fence_of(ledger) == 2


def test_a_machine_that_renews_its_lease_holds_the_campaign(ledger, monkeypatch):
    with another_machine(ledger, lease=30.0, expires_at=time.time() + 30):

        def renewed(_seconds):
            with ledger.write("a test") as connection:
                connection.execute(update(rows).values(beats=rows.c.beats + 1))

        monkeypatch.setattr("campaign_runner.ledger.claims.time.sleep", renewed)
        with pytest.raises(CampaignHeld, match="process 4711 on other"), ledger.hold(NAME):
            pass


def test_a_clock_that_was_set_forward_takes_the_claim_from_nobody_who_lives(ledger, holding):
    holding(lease=60)
    with ledger.write("a test") as connection:
        connection.execute(update(rows).values(expires_at=0.0))
    with pytest.raises(CampaignHeld), ledger.hold(NAME):
        pass


def test_a_process_of_this_machine_that_lives_but_does_not_reach_the_server_is_followed_after_its_lease(
    tmp_path, server
):
    url = server.database().replace("postgresql:", "postgresql+psycopg:")
    with open_ledger(tmp_path, url) as ledger:
        first = Holding(tmp_path, url, lease=60)
        with ledger.write("a test") as connection:
            connection.execute(update(rows).values(beat_at=rows.c.beat_at - 59))
        assert not takes(ledger)
        with ledger.write("a test") as connection:
            connection.execute(update(rows).values(beat_at=rows.c.beat_at - 2))
        assert takes(ledger)
        first.end()


def test_a_lease_is_renewed_while_its_holder_is_busy_and_let_go_of_in_the_end(ledger):
    with ledger.hold(NAME, lease=SHORT):
        time.sleep(3 * SHORT)
        with ledger.read() as connection:
            there = claims.holder_of(connection, NAME)
        assert there
        assert (there.beats > 1, there.expires_at > there.now) == (True, True)
    with ledger.read() as connection:
        assert claims.holder_of(connection, NAME) is None


def test_a_lost_claim_says_who_took_over_and_what_is_to_be_done(ledger):
    with ledger.hold(NAME), ledger.beside() as connection:
        connection.execute(update(rows).values(fence=7, holder="process 4711 on other", process=ELSEWHERE))
        with pytest.raises(ClaimLost) as lost:
            ledger.claim.check(connection)
    assert "taken over, process 4711 on other since" in str(lost.value)
    assert lost.value.exit_code == 7


def test_two_ledgers_of_one_process_are_told_apart_whatever_they_are_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_ledger(tmp_path / "state") as one, one.hold(NAME), open_ledger(Path("state")) as two:
        assert not takes(two)
        with open_ledger(Path("other")) as other:
            assert takes(other)
        assert not takes(two)


def test_terminated_backends_take_the_claim_from_nobody(tmp_path, server):
    address = server.database()
    url = address.replace("postgresql:", "postgresql+psycopg:")
    with open_ledger(tmp_path, url) as ledger:
        first = Holding(tmp_path, url, SHORT)
        for _ in range(3):
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()"
                                   " AND datname = current_database()")  # fmt: skip
            assert not takes(ledger)
        time.sleep(2 * SHORT)
        assert not takes(ledger)
        assert (first.asked("write"), first.asked("send")) == ("done", "done")
        first.end()


def test_a_database_that_is_away_for_longer_than_a_lease_stops_the_sending_until_it_is_back(tmp_path, server):
    url = server.database().replace("postgresql:", "postgresql+psycopg:")
    with open_ledger(tmp_path, url):
        first = Holding(tmp_path, url, SHORT)
    server.stop()
    try:
        time.sleep(2 * SHORT)
        assert first.asked("send") == "ClaimLost"
    finally:
        server.start()
    assert (first.asked("send"), first.asked("write")) == ("done", "done")
    first.end()
