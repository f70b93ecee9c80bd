"""Stories: people edit, move, lose, restore, overlap, release and retry; nobody is rewarded twice or lost.

Forty are played here: one takes a second and a half, and all tests together nine minutes on two cores.
`STORIES=5000` plays more, the nightly job 2,000; `python -m tests.stories` as many as you like, `make soak` 50,000.
"""

from __future__ import annotations

import os

import pytest

from tests.stories.play import play_seed
from tests.stories.shrink import shrink
from tests.stories.story import story

STORIES = int(os.environ.get("STORIES", "40"))
# It cannot be known (docs/reliability.md): with several_per_recipient, of two equal rows the sent one is edited after the
# ledger was lost; the other one, which was held, then counts as sent.
OPEN = frozenset({230})
AT_ONCE = 10
# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("first", range(0, STORIES, AT_ONCE))
def test_nobody_is_rewarded_twice_and_nobody_is_lost(first):
    for seed in range(first, min(first + AT_ONCE, STORIES)):
        if seed in OPEN:
            continue
        played = play_seed(seed)
        if played.wrong:
            shorter, again = shrink(story(seed), played)
            pytest.fail("\n".join([str(shorter), *again.wrong, f"replay: {played.replay}"]), pytrace=False)


def test_a_seed_is_the_same_story_with_the_same_end_every_time():
    assert story(7) == story(7)
    one, other = play_seed(7), play_seed(7)
    for name in ("wrong", "commands", "orders", "lines"):
        assert getattr(one, name) == getattr(other, name)
