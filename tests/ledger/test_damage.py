"""Is a ledger called damaged only where it is?  Who is told so restores a backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from campaign_runner.ledger import open_ledger
from campaign_runner.ledger.database_errors import damage, translated
from campaign_runner.ledger.ledger_files import FILE


def test_a_ledger_that_another_program_locks_is_not_called_damaged(tmp_path):
    with open_ledger(tmp_path) as ledger:
        ledger.engine.dispose()
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(ValueError, match="a fault"), translated(ledger.engine):
                raise ValueError("a fault")
            assert damage() == ""


def test_a_ledger_with_a_page_of_something_else_is_called_damaged(tmp_path):
    with open_ledger(tmp_path):
        pass
    content = bytearray((tmp_path / FILE).read_bytes())
    content[4096:12288] = b"\xff" * 8192
    (tmp_path / FILE).write_bytes(content)

    assert "Restore a backup" in damage()
