"""Orders are cut where the content says so: one row more or less is another order or two, never all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.planning.cutting import FIRST, LARGE, ORDERS_IN_RANGE, cuts

Digests = list[tuple[int, int]]
halves = st.integers(0, 2**64 - 1)
digests = st.lists(st.tuples(halves, halves), unique_by=lambda pair: pair[0], max_size=300)
# As prefixes of equal references would be: whatever the file, the hash spreads them, but nothing relies on that.
alike = st.lists(st.tuples(st.integers(0, 40), halves), max_size=120)


def orders(lines: Digests, size: int, format: str = "2") -> set[tuple[tuple[int, int], ...]]:
    ordered = sorted(lines)
    high, low = (np.array([pair[place] for pair in ordered], np.uint64) for place in (0, 1))
    found = cuts(high, low, size, format)
    assert [place for start, end in found for place in range(start, end)] == list(range(len(lines)))
    assert all(0 < end - start <= size for start, end in found)
    return {tuple(ordered[start:end]) for start, end in found}


@given(digests, st.integers(1, LARGE - 1), st.data())
def test_a_line_less_changes_one_small_order_or_makes_one_of_two(lines, size, data):
    if not lines:
        assert orders(lines, size) == set()
        return
    fewer = list(lines)
    fewer.remove(data.draw(st.sampled_from(lines)))
    before, after = orders(lines, size), orders(fewer, size)
    assert len(before - after) <= 2
    assert len(after - before) <= 1


@given(st.one_of(digests, alike), st.integers(1, 120), st.sampled_from(["1", "2"]))
def test_every_line_is_in_one_order_and_none_is_too_large(lines, size, format):
    orders(lines, size, format)


def test_cuts_of_format_1_stay_as_they_were():
    assert cuts([1, 2, 3, 4, 5], [9, 9, 9, 9, 9], 2, FIRST) == [(0, 2), (2, 4), (4, 5)]


@pytest.mark.parametrize("size", [LARGE, 500])
def test_a_line_less_changes_few_large_orders_and_in_nearly_all_cases_one(size):
    dice, changed = np.random.default_rng(2026), []
    for _ in range(40):
        lines = [(int(a), int(b)) for a, b in dice.integers(0, 2**64, (20 * size, 2), np.uint64)]
        before, after = orders(lines, size), orders(lines[1:], size)
        changed.append(len(before - after))
        assert len(before) <= 20 * 1.4
    assert np.mean(changed) < 2
    assert max(changed) <= 2 * ORDERS_IN_RANGE
