"""How many examples does a property get?  A few of them, always the same, in `make test`; `make fuzz` plays 20 times as
many, and other ones each time (EXAMPLES=n for another factor)."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(number: int) -> int:
    """So many in `make test`."""
    return number * TIMES
