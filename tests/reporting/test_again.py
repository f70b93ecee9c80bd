"""A report that is handed in again is read as the file that it came from."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.intake import report_roundtrip
from campaign_runner.reporting import failures, results
from campaign_runner.reporting.formula_guard import guard


def test_intake_knows_the_columns_that_reports_add():
    assert report_roundtrip.FAILURES == failures.ADDED
    assert (*results.BEFORE, *results.AFTER) == report_roundtrip.RESULTS


@given(st.lists(st.text(st.sampled_from("'=+-@\t\r\n \u00a0\uff1da1.")), min_size=1))
def test_intake_takes_the_guard_off(cells):
    assert report_roundtrip.unguarded(guard(pa.array(cells, pa.large_string()))).to_pylist() == cells
