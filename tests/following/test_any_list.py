"""Whatever the list says, and however often it is wrong: what becomes of each line is what the orders themselves say."""

from __future__ import annotations

import tempfile
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_runner import simulator
from campaign_runner.app.track import track_campaign
from campaign_runner.simulator.answer import Answer
from campaign_runner.tango.status_words import line_status
from tests.examples import examples
from tests.following.lists import Office

pytestmark = pytest.mark.no_cover
WORDS = ("PENDING", "PENDING", "COMPLETE", "PARTIAL", "FAILED", "CANCELLED", "ON_HOLD", "TRANSMOGRIFIED", "", None)
SPELLS = st.lists(st.sampled_from(["", "", "sim-fails", "sim-cancelled", "sim-returned"]), min_size=10, max_size=14)
# One page of the list: an error, or a word for each order in turn (None: it is left out), some of them twice.
PAGES = st.lists(
    st.sampled_from([403, 404, 500, 503]) | st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), max_size=25
)  # fmt: skip


@settings(max_examples=examples(8))
@given(SPELLS, PAGES, st.sampled_from([1, 60, 3000]), st.lists(st.sampled_from([0, 40, 700]), max_size=3))
def test_any_list_leads_to_the_statuses_that_the_orders_have(spells, pages, ends_after, patience):
    with tempfile.TemporaryDirectory() as folder:
        here = Office(Path(folder), ends_after=ends_after)
        here.tango.change_list = saying(pages)
        with simulator.serve(here.tango) as here.base_url:
            result = here.run(len(spells), patience=0, spells=tuple(spells))
            for seconds in (*patience, 86_400):
                result = track_campaign(here.runtime(), patience=seconds)
        truth = [word for order in here.tango.orders() for word in here.tango.statuses(order.reference).values()]
        expected = {str(status): words for status, words in count(truth).items()}
        assert {str(status): number for status, number in result.books.rows.items() if number} == expected


def saying(pages):
    """The list says the truth to the run that sends, then one page after the other, and the last one for ever."""
    turns = chain([None], pages, repeat(pages[-1] if pages else None))

    def changed(orders):
        page = next(turns)
        if page is None:
            return orders
        if isinstance(page, int):
            return Answer(page, {"errors": []})
        words = chain(page, repeat("PENDING"))
        shown = [
            {**order, "orderStatus": word} for order, word in zip(orders, words, strict=False) if word is not None
        ]
        return [*shown, *shown[: len(page) % 3]]

    return changed


def count(words):
    statuses = [line_status(word) for word in words]
    return {status: statuses.count(status) for status in statuses}
