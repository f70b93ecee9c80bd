"""Totals by the user's own columns have every line that was placed, whatever became of its row and file."""

from __future__ import annotations

import pytest

from campaign_runner.app.purge import purge_data
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retry import retry_failed
from tests.pipeline.conftest import HEADERS

pytestmark = pytest.mark.usefixtures("every_report")

OWN = [*HEADERS, "Cost centre"]
ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25,CC-1"
BEN = "2,EMAIL,Ben,Okoye,ben@example.com,,U561593,30,CC-2"
FAILS = "3,EMAIL,Cy,Diaz,sim-fails@example.com,,U561593,15,CC-3"


def centres(office):
    return sorted((row["Attempt"], row["Total"], row["Cost centre"]) for row in office.report("finance.csv"))


def test_a_line_of_an_earlier_file_has_the_cost_centre_of_that_file(office):
    office.run(office.file(ANA, BEN, headers=OWN))
    office.run(office.file(BEN, headers=OWN, name="second.csv"))
    assert centres(office) == [("1", "25.00", "CC-1"), ("1", "30.00", "CC-2")]


def test_the_first_attempt_of_a_row_has_its_cost_centre_too(office):
    office.run(office.file(ANA, FAILS, headers=OWN))
    retry_failed(office.runtime())
    assert centres(office) == [("1", "15.00", "CC-3"), ("1", "25.00", "CC-1"), ("2", "15.00", "CC-3")]


def test_where_two_files_differ_the_newest_one_speaks(office):
    office.values["identity"] = {"key": ["Employee ID"]}
    office.run(office.file(ANA, BEN, headers=OWN))
    office.run(office.file(ANA.replace("CC-1", "CC-9"), headers=OWN, name="second.csv"))
    assert centres(office) == [("1", "25.00", "CC-9"), ("1", "30.00", "CC-2")]


def test_an_earlier_file_may_have_its_columns_in_another_order(office):
    office.run(office.file(ANA, headers=OWN))
    moved = [OWN[-1], *OWN[:-1]]
    office.run(office.file("CC-2," + BEN.rpartition(",")[0], headers=moved, name="second.csv"))
    assert centres(office) == [("1", "25.00", "CC-1"), ("1", "30.00", "CC-2")]


def test_what_was_erased_has_no_cost_centre_any_more(office):
    office.run(office.file(ANA, headers=OWN))
    office.clock.turn(days=500)
    office.run(office.file(BEN, headers=OWN, name="second.csv"))
    purge_data(office.runtime(), 400)
    report_campaign(office.runtime())
    assert centres(office) == [("1", "25.00", ""), ("1", "30.00", "CC-2")]
