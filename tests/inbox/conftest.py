from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_runner import simulator
from tests.clock import HandClock
from tests.inbox.drop import Drop


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    folder, clock = tmp_path / "drop", HandClock()
    folder.mkdir()
    tango = simulator.Simulator(tmp_path / "tango.jsonl", clock=clock, requests_per_second=0)
    with simulator.serve(tango) as base_url:
        yield Drop(folder, base_url, tango, clock)
