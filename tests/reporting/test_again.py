"""A report that is handed in again is read as the file that it came from."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.intake import again
from campaign_runner.reporting import failures, results
from campaign_runner.reporting.guard import guard


def test_intake_knows_the_columns_that_reports_add():
    assert again.FAILURES == failures.ADDED
    assert (*results.BEFORE, *results.AFTER) == again.RESULTS


@given(st.lists(st.text(st.sampled_from("'=+-@\t\r\n \u00a0\uff1da1.")), min_size=1))
def test_intake_takes_the_guard_off(cells):
    assert again.unguarded(guard(pa.array(cells, pa.large_string()))).to_pylist() == cells
