"""Calls without an answer are counted for all who call Tango under one name."""

from __future__ import annotations

from sqlalchemy import update

from campaign_runner.ledger import open_ledger
from campaign_runner.ledger.coordination_tables import circuits
from campaign_runner.ledger.limiter import STALE, SharedCircuit


def test_what_one_counts_all_know_until_somebody_gets_an_answer(tmp_path):
    with open_ledger(tmp_path) as ledger:
        ours, theirs, another = (SharedCircuit(ledger, name) for name in ("acme", "acme", "other"))
        assert [ours.failed(), theirs.failed(), ours.failed()] == [1, 2, 3]
        assert (ours.silent(), another.silent()) == (3, 0)
        theirs.answered()
        assert (ours.silent(), ours.failed()) == (0, 1)


def test_an_old_failure_says_nothing_any_more(tmp_path):
    with open_ledger(tmp_path) as ledger:
        ours = SharedCircuit(ledger, "acme")
        assert [ours.failed(), ours.failed()] == [1, 2]
        with ledger.write("a test") as connection:
            connection.execute(update(circuits).values(at=circuits.c.at - STALE - 1))
        assert (ours.silent(), ours.failed()) == (0, 1)
