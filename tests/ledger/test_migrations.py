"""A ledger of an older version becomes one of this version, with nothing lost and nothing made up."""

from __future__ import annotations

import fcntl
import sqlite3

import pytest
from sqlalchemy import inspect, select, text, update

from campaign_runner.ledger import events, open_ledger, order_sums, schema, verification
from campaign_runner.model.errors import CampaignHeld
from tests.ledger.ledgers import added_up, every, in_many_states, kept, planned, retried
from tests.ledger.older_ledgers import OLDER


@pytest.fixture
def of_version_1(tmp_path):
    """The folder of a ledger with lines in many states, as the first version left it, and what it kept of them."""
    with open_ledger(tmp_path) as ledger:
        campaign, _ = in_many_states(ledger)
        retried(ledger, campaign)
        with ledger.write("a test") as connection:
            before = set(connection.execute(select(schema.tallies)))
            schema.tallies.drop(connection)
            connection.execute(update(schema.meta).values(version=1))
    return tmp_path, before


def test_a_ledger_without_sums_gets_those_of_its_lines(of_version_1):
    folder, before = of_version_1
    with open_ledger(folder) as ledger, ledger.read() as connection:
        assert connection.execute(select(schema.meta.c.version)).scalar_one() == schema.VERSION == 3
        assert set(connection.execute(select(schema.tallies))) == before
        assert kept(connection, 1) == added_up(connection, 1)
        assert {index["name"] for index in inspect(connection).get_indexes("tallies")} == {
            "tallies_campaign", "tallies_upload",
        }  # fmt: skip


def test_a_ledger_in_which_a_run_of_the_older_program_is_at_work_is_left_alone(of_version_1):
    folder, _ = of_version_1
    (folder / "locks").mkdir()
    with (folder / "locks" / "simulator-q4.lock").open("w") as lock:  # as the older program holds a campaign
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(CampaignHeld, match=r"Another run holds the campaign q4 .*: one of an older version"):
            open_ledger(folder)
    with open_ledger(folder) as ledger, ledger.read() as connection:
        assert order_sums.differing(connection) == []


def test_a_step_that_is_cut_short_is_done_again_from_the_start(of_version_1, monkeypatch):
    folder, before = of_version_1

    def cut(connection):
        connection.execute(text("DELETE FROM tallies WHERE batch = 1"))
        raise KeyboardInterrupt

    monkeypatch.setattr(order_sums, "renew_all", cut)
    with pytest.raises(KeyboardInterrupt):
        open_ledger(folder)
    monkeypatch.undo()
    with open_ledger(folder) as ledger, ledger.read() as connection:
        assert set(connection.execute(select(schema.tallies))) == before


@pytest.fixture
def of_version_2(tmp_path):
    """The folder of a ledger as version 2 of the program wrote it."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript((OLDER / "version-2.sql").read_text("utf-8"))
    return tmp_path


def columns_of(connection):
    tables = inspect(connection)
    return {name: {one["name"] for one in tables.get_columns(name)} for name in tables.get_table_names()}


def test_a_ledger_of_version_2_has_all_tables_and_columns_and_every_line(of_version_2, tmp_path_factory):
    with open_ledger(of_version_2) as ledger, ledger.read() as connection:
        assert kept(connection, 1) == added_up(connection, 1)
        assert order_sums.differing(connection) == []
        assert connection.execute(text("SELECT count(*) FROM line_items WHERE origin = identity")).scalar() == 27
        migrated = columns_of(connection)
    with open_ledger(tmp_path_factory.mktemp("new")) as ledger, ledger.read() as connection:
        assert columns_of(connection) == migrated


def test_in_a_ledger_of_version_2_another_campaign_may_have_the_same_references(of_version_2):
    with open_ledger(of_version_2) as ledger:
        before = len(every(ledger))
        with ledger.write("a test") as connection:
            connection.execute(text("UPDATE campaigns SET environment = 'sandbox'"))
        planned(ledger, name="q4.csv")
        with ledger.write("a test") as connection:
            connection.execute(text("INSERT INTO batches (campaign, reference, state, attempt, lines, canary, tries, looks,"
                                    " due_at, sent_at, updated_at, tango_order_id, note) SELECT 2, reference, state,"
                                    " attempt, lines, canary, tries, looks, due_at, sent_at, updated_at, tango_order_id,"
                                    " note FROM batches WHERE campaign = 1"))  # fmt: skip
        assert len(every(ledger)) == 2 * before


def test_a_ledger_of_version_2_is_whole_from_then_on_and_a_copy_of_it_is_kept(of_version_2):
    with open_ledger(of_version_2) as ledger, ledger.read() as connection:
        assert events.first_broken(connection) is None
        odd = ["file 1: the stored copy is not the file that was uploaded"]  # as it was made for these tests
        assert list(verification.differences(connection)) == odd
        kinds = [event["kind"] for event in events.every(connection) if event["signed_by"]]
    assert kinds[0] == "ledger upgraded"
    (copy,) = of_version_2.glob("ledger-version-2-*.sqlite")
    with sqlite3.connect(copy) as older:
        assert older.execute("SELECT version FROM meta").fetchone() == (2,)
    assert copy.stat().st_mode & 0o077 == 0


def test_events_that_were_signed_once_cannot_be_taken_away_again(of_version_2):
    with open_ledger(of_version_2):
        pass
    with sqlite3.connect(of_version_2 / "ledger.sqlite") as connection:
        connection.execute("DELETE FROM events WHERE signed_by != ''")
    with open_ledger(of_version_2) as ledger, ledger.read() as connection:
        broken = events.first_broken(connection)
    assert broken
    assert broken.why == "the events after it, which were signed, are missing"
