"""Every row comes back as it was, with what became of it."""

import csv
from dataclasses import replace
from zipfile import ZipFile

import openpyxl
import pyarrow
import pytest

from campaign_runner.model import BookPages
from campaign_runner.model.errors import StateError
from campaign_runner.reporting import write_reports
from campaign_runner.reporting.excel.sheet_xml import Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile


def read_csv(path):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))


def test_every_row_comes_back_with_its_status_and_references(make_books, tmp_path, golden):
    reports = write_reports(make_books(), tmp_path / "r", exit_code=1)
    golden("results.csv", reports["results.csv"].read_text("utf-8"))


def test_a_csv_report_opens_right_in_excel(make_books, tmp_path):
    data = write_reports(make_books(), tmp_path, exit_code=1)["results.csv"].read_bytes()
    assert data.startswith(b"\xef\xbb\xbfSheet,Row,")
    assert data.count(b"\r\n") == data.count(b"\n") == 5


def test_the_workbook_says_the_same_as_the_csv_and_has_amounts_as_numbers(make_books, tmp_path):
    reports = write_reports(make_books(), tmp_path, exit_code=1)
    sheet = openpyxl.load_workbook(reports["results.xlsx"])["Results"]
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    numbers = {"25.00": "25", "50.00": "50", "12.50": "12.5", "10.00": "10"}
    as_numbers = [[numbers.get(cell, cell) for cell in row] for row in read_csv(reports["results.csv"])]
    assert cells == as_numbers


def test_amounts_can_be_added_up_in_the_workbook_where_their_text_allows_it(make_books, tmp_path):
    books = make_books(
        [(2, ("007", "a@example.com", cell, "1"), "unsent", "", "", "5") for cell in ("25", "2.5", "25.00")]
    )
    sheet = openpyxl.load_workbook(write_reports(books, tmp_path, exit_code=5)["results.xlsx"])["Results"]
    assert [cell.value for cell in sheet["E"][1:]] == [25, 2.5, "25.00"]
    assert [cell.value for cell in sheet["C"][1:]] == ["007", "007", "007"]


def test_a_workbook_holds_any_text(make_books, tmp_path):
    nasty = "<b> & \"x\" 'y' \r\n \t  =1+1 Zo\u00eb \U0001f381 "
    books = make_books([(2, (nasty, "=cmd", "", "x" * 40_000), "unsent", "", "", "5")])
    sheet = openpyxl.load_workbook(write_reports(books, tmp_path, exit_code=5)["results.xlsx"])["Results"]
    assert (sheet["C2"].value, sheet["D2"].value, sheet["D2"].data_type) == (nasty, "=cmd", "s")
    assert len(sheet["F2"].value) == 32_767


def test_the_workbook_keeps_its_header_in_sight_and_filters_and_colours(make_books, tmp_path):
    sheet = openpyxl.load_workbook(write_reports(make_books(), tmp_path, exit_code=1)["results.xlsx"])["Results"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:L5"
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["G2:G5"]


def test_a_cell_with_quotes_commas_and_line_breaks_comes_back_whole(make_books, tmp_path):
    nasty = 'He said "no",\nthen left'
    books = make_books([(2, ("1", nasty, "5", "x"), "unsent", "", "", "5")])
    path = write_reports(books, tmp_path, exit_code=5)["results.csv"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][3] == nasty


def test_reports_of_a_file_without_rows_have_their_headers(make_books, tmp_path):
    reports = write_reports(make_books([]), tmp_path, exit_code=0)
    assert len(read_csv(reports["results.csv"])) == 1
    assert openpyxl.load_workbook(reports["failures.xlsx"])["Failures"]["A1"].value == "Employee ID"


def test_reports_are_for_the_user_alone(make_books, tmp_path):
    reports = write_reports(make_books(), tmp_path / "new" / "folder", exit_code=1)
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in reports.values()} == {0o600}


def test_only_the_reports_asked_for_are_written(make_books, tmp_path):
    write_reports(make_books(), tmp_path, exit_code=1, only=frozenset({"failures.csv"}))
    assert [path.name for path in tmp_path.iterdir()] == ["failures.csv"]


def test_progress_is_told_by_rows_and_lines(make_books, tmp_path):
    told = []
    write_reports(make_books(), tmp_path, exit_code=1, progress=lambda *step: told.append(step))
    assert told == [("rows", 2, 4), ("rows", 4, 4)]


def test_a_folder_that_cannot_be_made_is_named(make_books, tmp_path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(StateError, match="this folder cannot be made"):
        write_reports(make_books(), tmp_path / "reports", exit_code=1)


def test_a_report_that_cannot_be_written_leaves_the_old_one(make_books, tmp_path):
    (tmp_path / "results.csv").mkdir()
    (tmp_path / "results.csv" / "in-use").write_text("x")
    with pytest.raises(StateError, match=r"results\.csv: the report cannot be written"):
        write_reports(make_books(), tmp_path, exit_code=1, only=frozenset({"results.csv"}))
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_a_fault_on_the_way_leaves_no_report_behind(make_books, tmp_path):
    class Broken(BookPages):
        def stated(self):
            yield from make_books().pages.stated()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_reports(replace(make_books(), pages=Broken()), tmp_path, exit_code=1)
    assert list(tmp_path.iterdir()) == []


LARGE = pyarrow.large_string()


@pytest.mark.parametrize("expected", [1, 3])
def test_a_workbook_is_the_same_in_however_many_parts_its_rows_come(tmp_path, expected):
    names, headings = pyarrow.array(["Ana", "Bo", "Cy"], LARGE), (Heading("Name"), Heading("Status"))
    statuses = pyarrow.array(["completed", "held", "failed"], LARGE)
    for path, parts in ((tmp_path / "one.xlsx", [3]), (tmp_path / "three.xlsx", [1, 1, 1])):
        file, first = WorkbookFile(path, SheetPlan("People", headings, 1, expected)), 0
        for length in parts:
            file.add([names.slice(first, length), statuses.slice(first, length)])
            first += length
        file.close()
    one, three = (ZipFile(tmp_path / name) for name in ("one.xlsx", "three.xlsx"))
    sheets = [book.read("xl/worksheets/sheet1.xml") for book in (one, three)]
    assert sheets[0] == sheets[1]
    assert b'<autoFilter ref="A1:B4"' in sheets[0]
