"""The same ledger on PostgreSQL, shared by machines: one run at a time, one pace for all, one chain of events."""

from __future__ import annotations

import signal

import pytest
from sqlalchemy import text, update

from campaign_runner.ledger import events, open_ledger, order_sums, schema
from campaign_runner.model.errors import CampaignHeld
from tests.ledger.ledgers import added_up, in_many_states, kept, retried
from tests.reliability.killed import SLOW, finished, nobody_twice_and_nobody_forgotten, silent
from tests.reliability.processes import LONG, ROWS, site, suicidal, until


@pytest.fixture
def shared(server):
    """The settings that name an empty ledger, and its URL."""
    url = server.database()
    return f'[ledger]\nurl = "{url}"\n', url.replace("postgresql:", "postgresql+psycopg:")


def test_a_run_and_a_second_one_that_sends_nothing(tmp_path, shared):
    with site(tmp_path, more=shared[0]) as office:
        finished(office)
        posts = office.calls("POST")
        finished(office)
        assert office.calls("POST") == posts


def test_every_command_works_on_it(tmp_path, shared):
    with site(tmp_path, more=shared[0]) as office:
        office.write(
            *ROWS[:2], ROWS[0], "4,EMAIL,P4,Roe,sim-fails@example.com,U561593,9", "5,EMAIL,P5,Roe,no,U561593,9"
        )
        assert office.run()[0] == 1
        assert office.statuses() == ["completed", "completed", "held", "failed", "rejected"]
        for command in (
            ("status",), ("status", "q4"), ("explain", "q4", "2"), ("release", "q4", "4", "--reason", "agreed"),
            ("retry", "q4", "--wait", "60s"), ("track", "q4"), ("reports", "q4"), ("doctor",),
        ):  # fmt: skip
            code, said = office.ask(*command)
            assert (code in (0, 1), "Traceback" in said) == (True, False), (command, said)
        assert office.run()[0] == 1
        assert office.statuses() == ["completed", "completed", "completed", "failed", "rejected"]
        assert len(office.placed()) == 5


def test_an_older_ledger_gets_the_sums_of_its_lines_when_nobody_is_at_work(tmp_path, shared):
    with open_ledger(tmp_path, shared[1]) as ledger:
        campaign, _ = in_many_states(ledger)
        retried(ledger, campaign)
        with ledger.write("a test") as connection:
            assert order_sums.differing(connection) == []
            assert kept(connection, campaign) == added_up(connection, campaign)
            schema.tallies.drop(connection)
            connection.execute(update(schema.meta).values(version=1))
        with ledger.read() as older:
            older.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('campaign-runner simulator-q4', 0))"))
            with pytest.raises(CampaignHeld, match="of an older version"):
                open_ledger(tmp_path, shared[1])
        with open_ledger(tmp_path, shared[1]) as newer, newer.read() as connection:
            assert order_sums.differing(connection) == []
            assert kept(connection, campaign) == added_up(connection, campaign)


def test_a_lost_ledger_is_recovered(tmp_path, shared, server):
    with site(tmp_path, more=shared[0]) as office:
        finished(office)
        settings = tmp_path / "campaign.toml"
        settings.write_text(
            settings.read_text("utf-8").replace(shared[0], f'[ledger]\nurl = "{server.database()}"\n')
        )
        assert office.run()[0] == 2
        code, said = office.ask("recover", str(office.file))
        assert code == 5, said
        finished(office)


def test_of_two_machines_one_is_turned_away(tmp_path, shared):
    with site(tmp_path, {**SLOW, "call": "place"}, timeout=LONG, more=shared[0]) as office:
        first = office.start()
        until(lambda: office.calls("POST") >= 1)
        office.state = "another-machine"
        with silent(office):
            code, said = office.run()
        assert (code, "Another run holds the campaign" in said) == (7, True), said
        first.communicate(LONG)
        assert first.returncode == 0
        finished(office)


def test_another_machine_goes_on_where_one_was_killed(tmp_path, shared):
    with site(tmp_path, {**SLOW, "call": "place", "nth": 2}, more=shared[0]) as office:
        first = office.start()
        until(lambda: office.calls("POST") >= 2)
        first.kill()
        first.wait(LONG)
        office.state = "another-machine"
        until(lambda: office.run()[0] != 7)  # the database lets go of a dead run's lock when it notices
        nobody_twice_and_nobody_forgotten(office)


@pytest.mark.parametrize("point", [8, 20, 32, 44])
def test_killed_at_any_of_its_writes_and_requests(tmp_path, shared, point):
    with site(tmp_path, more=shared[0]) as office:
        code, said = office.run(suicidal(point))
        assert code == -signal.SIGKILL, said
        until(lambda: office.run()[0] != 7)  # the database lets go of a dead run's lock when it notices
        nobody_twice_and_nobody_forgotten(office)


def test_a_database_that_goes_away_in_the_middle_loses_nothing(tmp_path, shared, server):
    with site(tmp_path, {**SLOW, "call": "place", "nth": 2}, more=shared[0]) as office:
        run = office.start()
        until(lambda: office.calls("POST") >= 2)
        server.stop()
        _, said = run.communicate(LONG)
        assert (run.returncode, "cannot be reached" in said, "Traceback" in said) == (5, True, False), said
        code, said = office.run()
        assert (code, "cannot be reached" in said, "nothing is lost" in said) == (2, True, True), said
        server.start()
        finished(office)


def test_two_campaigns_at_once_keep_one_pace_and_one_chain(tmp_path, shared):
    with site(tmp_path, more=shared[0]) as office:
        settings, other = tmp_path / "campaign.toml", tmp_path / "other"
        other.mkdir()
        text = settings.read_text("utf-8").replace("requests_per_second = 0", "requests_per_second = 5")
        settings.write_text(text, "utf-8")
        (other / "campaign.toml").write_text(text.replace('id = "q4"', 'id = "q5"'), "utf-8")
        first = office.start()
        (other / "q5.csv").write_text(office.file.read_text("utf-8").replace("@", ".other@"), "utf-8")
        office.file, office.folder = other / "q5.csv", other
        second = office.start()
        codes = [run.wait(LONG) for run in (first, second)]
        assert codes == [0, 0]
        office.folder = tmp_path
        times = sorted(seen.at for seen in office.tango().requests)
        assert max(sum(at <= later < at + 1 for later in times) for at in times) <= 5 + 1  # and one for the network
        with open_ledger(tmp_path / "state", shared[1]) as ledger, ledger.read() as connection:
            assert events.first_broken(connection) is None
            assert {event["campaign"] for event in events.every(connection)} - {0} == {1, 2}  # 0: of no campaign
