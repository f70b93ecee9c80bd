"""A world for tests of one story."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stories.world import World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    try:
        yield made
    finally:
        made.close()
