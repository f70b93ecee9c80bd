"""A run with nothing left to do leaves its reports as they are; anything that moved, and they are written again."""

from __future__ import annotations

import pytest

from tests.pipeline.long_file import ROWS, WRONG

pytestmark = pytest.mark.usefixtures("every_report")


@pytest.fixture
def ran(office):
    """A campaign that has ended; `written()` has the time and inode of each report."""
    office.path = office.file(*ROWS[:5], WRONG[0])
    office.first = office.run(office.path)
    office.again = lambda **tango: office.run(office.path, **tango)
    office.written = lambda: {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in office.first.reports.values()
    }
    return office


def test_nothing_is_written_again_where_nothing_moved(ran):
    ran.again()  # says in the page and in the summary that nothing was sent by this call
    before = ran.written()
    again = ran.again()
    assert ran.written() == before
    assert (again.reports, again.exit_code, again.books.rows) == (
        ran.first.reports,
        ran.first.exit_code,
        ran.first.books.rows,
    )


def test_a_report_that_is_gone_is_written_again(ran):
    results = ran.first.reports["results.csv"]
    told = results.read_bytes()
    results.unlink()
    assert ran.again().reports == ran.first.reports
    assert results.read_bytes() == told


def test_a_report_that_somebody_changed_is_written_again_under_another_name(ran):
    results = ran.first.reports["results.csv"]
    told = results.read_bytes()
    results.write_text("mine", "utf-8")
    again = ran.again().reports
    assert again == {**ran.first.reports, "results.csv": results.with_name("results (2).csv")}
    assert (results.read_text("utf-8"), again["results.csv"].read_bytes()) == ("mine", told)
    assert ran.again().reports == again


def test_whatever_tango_says_since_is_in_the_reports(office):
    path = office.file(*ROWS[:5])
    office.run(path, patience=0)
    assert set(office.statuses().values()) == {"pending"}
    office.clock.sleep(60)
    office.run(path)
    assert set(office.statuses().values()) == {"completed"}


def test_other_settings_and_another_file_are_other_reports(ran):
    before = ran.written()
    ran.values["campaign"]["name"] = "Quarter four"
    ran.again()
    after = ran.written()
    assert not set(before.values()) & set(after.values())
    ran.path = ran.file(*ROWS[:6])
    assert ran.again().books.total_rows == 6


def test_reports_asked_for_are_written(ran):
    from campaign_runner.app.reports import report_campaign

    before = ran.written()
    report_campaign(ran.runtime())
    assert not set(before.values()) & set(ran.written().values())
