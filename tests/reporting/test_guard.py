"""Text that would run as a formula is made harmless, and nothing else is touched."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.reporting.formula_guard import guard, unguard


def guarded(*cells):
    return guard(pa.array(cells, pa.large_string())).to_pylist()


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://example.com")', "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "+1+1", "\t=1", "\r=1",
        "\n=1", " =1+1", "\u00a0=1", "\uff1d1+1", "-A1", "--1", "+A1(415)", "'=1", "-1-1",
    ],
)  # fmt: skip
def test_a_formula_gets_an_apostrophe(cell):
    assert guarded(cell) == ["'" + cell]


@pytest.mark.parametrize(
    "cell",
    [
        "-5.00", "+14155550100", "+1 (415) 555-0100", "+1-415-555-0100", "-1,250.00", "-$5.00", "-5 %", "1e5",
        "-1.5E+3", "00123", "O'Neil", "a=b", "ana@example.com", "", "-", "12/31/2026", "'hello",
    ],
)  # fmt: skip
def test_numbers_phone_numbers_and_plain_text_stay_as_they_are(cell):
    assert guarded("=x", cell, "=y") == ["'=x", cell, "'=y"]


@given(st.lists(st.text(st.sampled_from("'=+-@\t\r\n \u00a0\uff1da1.")), min_size=1))
def test_the_guard_can_be_undone(cells):
    array = pa.array(cells, pa.large_string())
    assert unguard(guard(array)).to_pylist() == cells


def test_a_part_of_a_longer_column_is_guarded_too():
    assert guard(pa.array(["a", "=b", "c", "=d"], pa.large_string()).slice(1, 2)).to_pylist() == ["'=b", "c"]
