"""A process that opens ledgers again and again compiles each statement once, and keeps no more of them."""

from __future__ import annotations

from campaign_runner.ledger import database_errors, open_ledger, store
from campaign_runner.model.actor import Actor
from tests.ledger.ledgers import line, planned


def test_a_ledger_that_is_opened_again_compiles_nothing_anew(tmp_path):
    sizes = []
    for number in range(3):
        with open_ledger(tmp_path / str(number)) as ledger:
            planned(ledger, (line(1),))
        sizes.append(len(store._COMPILED))
    assert sizes[0] > 0
    assert sizes[1] == sizes[2]


def test_whoever_acts_on_a_ledger_connects_to_it_no_further(tmp_path):
    with open_ledger(tmp_path) as ledger:
        opened = [*database_errors.OPENED]
        other = ledger.acting_as(Actor("ana@example.com", "local", "session"))
        assert other.engine.pool is ledger.engine.pool
        assert opened == database_errors.OPENED
