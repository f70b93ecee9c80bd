"""What is true after a run was killed and run again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.reliability.processes import ROWS

SLOW = {"kind": "slow", "seconds": 4}


@contextmanager
def silent(office) -> Iterator[None]:
    """Tango answers nobody for as long as this lasts, however slow this machine is."""
    office.stand_in.send_signal(signal.SIGSTOP)
    yield
    office.stand_in.send_signal(signal.SIGCONT)


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
