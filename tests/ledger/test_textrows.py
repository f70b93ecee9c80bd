"""Rows read as lines of CSV are the rows that the driver gives, to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, create_engine, insert, literal, select

from campaign_runner.ledger.bulk import in_lines
from campaign_runner.model.stated_columns import columns_of

NASTY = [
    "",
    '"',
    '""',
    ",",
    "\n",
    "\r\n",
    "a\n\nb",
    '","',
    " x ",
    "NULL",
    "(NULL)",
    "%s %w",
    "Zoë 漢字 🎁",
    "\ufeff",
    "1",
]
TEXT = st.sampled_from(NASTY) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
UNITS = st.integers(-(2**63), 2**63 - 1)
NAMES = ("units", "reference", "reason", "remedy")
CELLS = Table("cells", MetaData(), Column("units", BigInteger), Column("reference", Text), Column("reason", Text))
QUERY = select(CELLS.c.units, CELLS.c.reference, CELLS.c.reason, literal("")).order_by(CELLS.c.units)


@pytest.fixture(scope="module")
def engine():
    made = create_engine("sqlite://")
    CELLS.create(made)
    return made


def both_ways(engine, rows, *, printable):
    with engine.connect() as connection:
        connection.execute(insert(CELLS), [dict(zip(NAMES, row, strict=False)) for row in rows])
        tuples = [tuple(row) for row in connection.execute(QUERY)]
        pieces = [columns_of(text, NAMES) for text in in_lines(connection, QUERY, 2, printable=printable)]
    return columns_of(tuples, NAMES), {n: [v for piece in pieces for v in piece[n].to_pylist()] for n in NAMES}


@pytest.mark.parametrize("printable", [True, False])
@given(rows=st.lists(st.tuples(UNITS, TEXT, TEXT), min_size=1, max_size=8, unique_by=lambda row: row[0]))
def test_every_text_comes_back_as_it_was(engine, rows, printable):
    cells, lines = both_ways(engine, rows, printable=printable)
    assert {name: column.to_pylist() for name, column in cells.items()} == lines


@given(rows=st.lists(st.tuples(UNITS, TEXT | st.none(), st.text("\0a\"'")), min_size=1, unique_by=lambda row: row[0]))
def test_nothing_stays_nothing_and_a_nul_a_nul(engine, rows):
    cells, lines = both_ways(engine, rows, printable=False)
    assert {name: column.to_pylist() for name, column in cells.items()} == lines


def test_lines_have_the_types_of_tuples():
    tuples, text = columns_of([(1, "a", "", "")], NAMES), columns_of('1,"a","",""', NAMES)
    assert {name: column.type for name, column in tuples.items()} == {n: column.type for n, column in text.items()}
