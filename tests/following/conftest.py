from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from campaign_runner import simulator
from tests.following.lists import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """`office(list_lag=60)` opens one; the options are knobs of its stand-in."""
    with ExitStack() as stack:

        def opened(**knobs: float) -> Office:
            made = Office(tmp_path, **knobs)
            made.base_url = stack.enter_context(simulator.serve(made.tango))
            return made

        yield opened
