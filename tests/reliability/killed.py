"""What is true after a run was killed and run again."""

from __future__ import annotations

from tests.reliability.processes import ROWS

SLOW = {"kind": "slow", "seconds": 4}


def finished(office) -> None:
    """Run to the end."""
    code, said = office.run()
    assert code == 0, said
    nobody_twice_and_nobody_forgotten(office)


def nobody_twice_and_nobody_forgotten(office) -> None:
    """Every row is completed, and Tango has each line once."""
    assert set(office.statuses()) == {"completed"}
    placed = office.placed()
    assert (len(placed), len(set(placed))) == (len(ROWS), len(ROWS))
