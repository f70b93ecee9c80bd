"""A process that opens ledgers again and again compiles each statement once, and keeps no more of them."""

from __future__ import annotations

from campaign_runner.ledger import open_ledger, store
from tests.ledger.ledgers import line, planned


def test_a_ledger_that_is_opened_again_compiles_nothing_anew(tmp_path):
    sizes = []
    for number in range(3):
        with open_ledger(tmp_path / str(number)) as ledger:
            planned(ledger, (line(1),))
        sizes.append(len(store._COMPILED))
    assert sizes[0] > 0
    assert sizes[1] == sizes[2]
